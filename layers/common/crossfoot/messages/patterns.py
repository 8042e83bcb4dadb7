"""The patterns of ids, amounts and currencies, each with what is said of a text that does not fit it."""

from collections.abc import Mapping

RECORD_ID = r"^(quickbooks|connectwise|platform)-[^\x00-\x20/]{1,64}$"
CONNECTED_ID = r"^(quickbooks|connectwise)-[^\x00-\x20/]{1,64}$"
ACCOUNTING_ID = r"^quickbooks-[^\x00-\x20/]{1,64}$"
PAYABLE_ID = r"^(platform|quickbooks)-[^\x00-\x20/]{1,64}$"
CONNECTWISE_ID = r"^connectwise-[^\x00-\x20/]{1,64}$"
PLATFORM_ID = r"^[A-Za-z0-9_.-]{1,64}$"
MATCH_ID = r"^(invoice|customer|number):[^\x00-\x20/]{1,400}$"
EFFECT_KEY = r"^[0-9a-f]{32}$"
CAUSE = r"^[a-z][a-z0-9_]{0,63}$"
FETCH_ID = r"^[0-9A-Za-z._-]{1,100}$"
RUN_ID = r"^[0-9A-Za-z_.-]{1,100}$"
PAYABLE_SYNC_ID = r"^\d{8}T\d{6}\.\d{6}Z-[0-9A-Za-z_-]{1,64}$"
# As long as an effect's key; what is said of a wrong one is found by the pattern, so the two may not be the same text.
DIGEST = r"^([0-9a-f]{32})$"
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"
CURRENCY = r"^[A-Z]{3}$"
# What a mail's header can hold and SES takes: one @, no spaces or line ends, no names or lists, letters of ASCII only.
EMAIL = (
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$"
)
TIME_ZONE = r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"
AMOUNT = r"^\d{1,12}(\.\d{1,3})?$"
SIGNED_AMOUNT = r"^-?\d{1,12}(\.\d{1,3})?$"

WORDS: Mapping[str, str] = {
    RECORD_ID: "This has to be a record's id as our API gives it, like quickbooks-129.",
    CONNECTED_ID: "This has to be the id of a record in QuickBooks or ConnectWise, like quickbooks-129.",
    ACCOUNTING_ID: "This has to be the id of a record in QuickBooks, like quickbooks-129.",
    PAYABLE_ID: "This has to be the id of a record of the platform or in QuickBooks, like platform-bill_1.",
    CONNECTWISE_ID: "This has to be the id of an invoice or credit memo in ConnectWise, like connectwise-501.",
    PLATFORM_ID: "This has to be an id of 1 to 64 letters, digits, dots, dashes and underscores, like pay_1.",
    MATCH_ID: "This has to be a match's id as GET /v1/matches gives it, like invoice:129:501.",
    EFFECT_KEY: "This has to be the key of an effect as the record's story gives it.",
    CAUSE: "This has to be a cause as GET /v1/attention gives it, like invoice_not_in_psa.",
    FETCH_ID: "This has to be a fetch's id as GET /v1/fetches gives it.",
    RUN_ID: "This has to be a run's id as GET /v1/sync/batches gives it.",
    PAYABLE_SYNC_ID: "This has to be a sync's id as GET /v1/syncs gives it.",
    DIGEST: "This has to be a digest as a preview gives it.",
    TIME_OF_DAY: "This has to be a time of day, written like 07:30.",
    CURRENCY: "This has to be a currency in three capital letters, like USD.",
    EMAIL: "This has to be one e-mail address, like books@example.com.",
    TIME_ZONE: "This has to be the name of a time zone, like America/New_York.",
    AMOUNT: "This has to be an exact amount that is not negative, written like 1250.00.",
    SIGNED_AMOUNT: "This has to be an exact amount, written like 1250.00 or -2.90.",
}
