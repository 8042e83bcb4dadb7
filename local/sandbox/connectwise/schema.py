"""The fields of each model that the sandbox serves: what may be sent, filtered and ordered by.

Source: the official OpenAPI schemas of 2026.4, and of 2026.11 for InvoicePayment and CallbackEntry.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

SCALARS = frozenset({"int", "number", "string", "bool", "date", "enum", "any", "strings"})


@dataclass(frozen=True)
class Field:
    """One field. `type` is a scalar, "ref" (one object) or "refs" (an array of objects); `parts` are its own fields."""

    name: str
    type: str
    reference: str | None = None
    values: tuple[str, ...] = ()
    limit: int | None = None
    parts: Mapping[str, "Field"] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """One kind of record. `computed` fields are the server's own: what a client sends for them is ignored."""

    name: str
    path: str
    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()
    computed: frozenset[str] = frozenset()

    @property
    def resource(self) -> str:
        return self.name[0].lower() + self.name[1:]

    def find(self, name: str) -> Field | None:
        return self.fields.get(name)


_DECLARATION = re.compile(
    r"(?P<name>\w+):(?P<type>\w+)(?P<array>\[\])?(?:\((?P<values>[\w|]+)\))?(?:<=(?P<limit>\d+))?"
)


def _fields(text: str) -> dict[str, Field]:
    """Read `name:type`, `name:string<=50`, `name:enum(A|B)`, `name:Company` (reference), `name:CompanyType[]`."""
    return {declared.name: declared for declared in map(_field, text.split())}


def _field(text: str) -> Field:
    match = _DECLARATION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a field declaration: {text}")
    name, type_, array, values, limit = match["name"], match["type"], match["array"], match["values"], match["limit"]
    if type_ in SCALARS:
        return Field(name, type_, None, tuple(values.split("|")) if values else (), int(limit) if limit else None)
    return Field(name, "refs" if array else "ref", type_, parts=REFERENCES[type_])


_ID_NAME = _fields("id:int name:string")
_NAMED_REFERENCES = (
    "Batch BillingDelivery BillingSetup BillingTerms BillingUnit Calendar CompanyStatus CompanyType Contact"
    " EmailTemplate EntityType InvoiceTemplate MarketDescription OwnershipType PricingSchedule Project ProjectPhase"
    " SicCode Site SystemLocation TaxCode TimeZoneSetup"
)

REFERENCES: dict[str, dict[str, Field]] = {
    **dict.fromkeys(_NAMED_REFERENCES.split(), _ID_NAME),
    "Agreement": _fields("id:int name:string type:string chargeFirmFlag:bool"),
    "BillingStatus": _fields("id:int name:string isClosed:bool"),
    "Company": _fields("id:int identifier:string name:string"),
    "Country": _fields("id:int identifier:string name:string"),
    "Currency": _fields(
        "id:int symbol:string currencyCode:string decimalSeparator:string numberOfDecimals:int"
        " thousandsSeparator:string negativeParenthesesFlag:bool displaySymbolFlag:bool"
        " currencyIdentifier:string displayIdFlag:bool rightAlign:bool name:string"
    ),
    "CustomFieldValue": _fields(
        "id:int caption:string type:string entryMethod:string numberOfDecimals:int value:any connectWiseId:string"
        " rowNum:int userDefinedFieldRecId:int podId:string"
    ),
    "Invoice": _fields(
        "id:int identifier:string billingType:string applyToType:string invoiceDate:date chargeFirmFlag:bool"
    ),
    "Member": _fields("id:int identifier:string name:string dailyCapacity:number"),
    "SalesOrder": _fields("id:int identifier:string"),
    "Ticket": _fields("id:int summary:string"),
    "WisePayPayment": _fields("paymentDateUtc:date wisePayReference:string"),
}

HREFS: Mapping[str, tuple[str, str]] = {
    "Agreement": ("agreement_href", "/finance/agreements"),
    "BillingStatus": ("status_href", "/finance/billingStatuses"),
    "Company": ("company_href", "/company/companies"),
    "CompanyStatus": ("status_href", "/company/companies/statuses"),
    "CompanyType": ("type_href", "/company/companies/types"),
    "Contact": ("contact_href", "/company/contacts"),
    "Currency": ("currency_href", "/finance/currencies"),
    "Invoice": ("invoice_href", "/finance/invoices"),
    "Member": ("member_href", "/system/members"),
    "Project": ("project_href", "/project/projects"),
    "TaxCode": ("taxCode_href", "/finance/taxCodes"),
    "Ticket": ("ticket_href", "/service/tickets"),
}

COMPANY = Model(
    "Company",
    "/company/companies",
    _fields(
        "id:int identifier:string<=25 name:string<=50 status:CompanyStatus addressLine1:string addressLine2:string"
        " city:string state:string zip:string country:Country phoneNumber:string faxNumber:string website:string"
        " territory:SystemLocation market:MarketDescription accountNumber:string defaultContact:Contact"
        " dateAcquired:date sicCode:SicCode parentCompany:Company annualRevenue:number creditLimit:number"
        " additionalDebt:number numberOfEmployees:int yearEstablished:int revenueYear:int ownershipType:OwnershipType"
        " timeZoneSetup:TimeZoneSetup leadSource:string leadFlag:bool unsubscribeFlag:bool calendar:Calendar"
        " userDefinedField1:string userDefinedField2:string userDefinedField3:string userDefinedField4:string"
        " userDefinedField5:string userDefinedField6:string userDefinedField7:string userDefinedField8:string"
        " userDefinedField9:string userDefinedField10:string vendorIdentifier:string taxIdentifier:string"
        " taxCode:TaxCode billingTerms:BillingTerms invoiceTemplate:InvoiceTemplate pricingSchedule:PricingSchedule"
        " companyEntityType:EntityType billToCompany:Company billingSite:Site billingContact:Contact"
        " invoiceDeliveryMethod:BillingDelivery emailTemplate:EmailTemplate invoiceToEmailAddress:string"
        " invoiceCCEmailAddress:string deletedFlag:bool dateDeleted:date deletedBy:string mobileGuid:string"
        " facebookUrl:string twitterUrl:string linkedInUrl:string currency:Currency territoryManager:Member"
        " resellerIdentifier:string isVendorFlag:bool types:CompanyType[] site:Site integratorTags:strings"
        " customFields:CustomFieldValue[]"
    ),
    required=("identifier", "name"),
    computed=frozenset({"id", "mobileGuid"}),
)

BILLING_STATUS = Model(
    "BillingStatus",
    "/finance/billingStatuses",
    _fields(
        "id:int name:string<=30 sortOrder:int defaultFlag:bool closedFlag:bool inactiveFlag:bool sentFlag:bool"
        " connectWiseId:string"
    ),
    required=("name",),
    computed=frozenset({"id", "connectWiseId"}),
)

INVOICE = Model(
    "Invoice",
    "/finance/invoices",
    _fields(
        "id:int invoiceNumber:string<=15"
        " type:enum(Agreement|CreditMemo|DownPayment|Miscellaneous|Progress|Standard|Consolidated)"
        " status:BillingStatus company:Company billToCompany:Company shipToCompany:Company accountNumber:string"
        " applyToType:enum(All|Agreement|Project|ProjectPhase|SalesOrder|Ticket) applyToId:int attention:string<=50"
        " shipToAttention:string billingSite:Site billingSiteAddressLine1:string billingSiteAddressLine2:string"
        " billingSiteCity:string billingSiteState:string billingSiteZip:string billingSiteCountry:string"
        " shippingSite:Site shippingSiteAddressLine1:string shippingSiteAddressLine2:string shippingSiteCity:string"
        " shippingSiteState:string shippingSiteZip:string shippingSiteCountry:string billingTerms:BillingTerms"
        " reference:string<=50 customerPO:string<=50 templateSetupId:int invoiceTemplate:InvoiceTemplate"
        " emailTemplateId:int addToBatchEmailList:bool date:date restrictDownpaymentFlag:bool locationId:int"
        " location:SystemLocation departmentId:int department:BillingUnit territoryId:int territory:SystemLocation"
        " topComment:string bottomComment:string taxableFlag:bool taxCode:TaxCode internalNotes:string"
        " downpaymentPreviouslyTaxedFlag:bool serviceTotal:number overrideDownPaymentAmountFlag:bool currency:Currency"
        " dueDate:date expenseTotal:number productTotal:number previousProgressApplied:number"
        " serviceAdjustmentAmount:number agreementAmount:number downpaymentApplied:number subtotal:number total:number"
        " remainingDownpayment:number salesTax:number adjustmentReason:string adjustedBy:string closedBy:string"
        " payments:number credits:number balance:number specialInvoiceFlag:bool billingSetupReference:BillingSetup"
        " ticket:Ticket project:Project phase:ProjectPhase salesOrder:SalesOrder agreement:Agreement glBatch:Batch"
        " unbatchedBatch:Batch customFields:CustomFieldValue[]"
    ),
    required=("type", "company"),
    computed=frozenset({"id", "total", "payments", "credits", "balance", "glBatch", "unbatchedBatch", "closedBy"}),
)

CLOSED_INVOICE = Model(
    "ClosedInvoice",
    "/finance/closedInvoices",
    _fields("id:int status:BillingStatus internalNotes:string"),
    computed=frozenset({"id"}),
)

INVOICE_PAYMENT = Model(
    "InvoicePayment",
    "/finance/invoices/{parentId}/payments",
    _fields(
        "id:int type:string source:enum(Default|WisePay) invoice:Invoice credit:Invoice amount:number balance:number"
        " invoiceBalance:number invoiceTotal:number paymentDate:date appliedBy:string wisePayPayment:WisePayPayment"
        " paymentSyncStatus:enum(Unapplied|Applied|Synced) glBatchID:string<=50 paymentSyncDate:date"
        " paymentAccount:string aRPaymentAccount:string"
    ),
    computed=frozenset({"id", "invoice", "balance", "invoiceBalance", "invoiceTotal", "appliedBy"}),
)

CALLBACK_ENTRY = Model(
    "CallbackEntry",
    "/system/callbacks",
    _fields(
        "id:int description:string<=100 url:string objectId:int type:string level:string memberId:int"
        " payloadVersion:string inactiveFlag:bool isSoapCallbackFlag:bool isSelfSuppressedFlag:bool"
        " connectWiseID:string"
    ),
    required=("url", "objectId", "type", "level"),
    computed=frozenset({"id", "memberId", "connectWiseID"}),
)

MODELS: Mapping[str, Model] = {
    model.name: model for model in (COMPANY, BILLING_STATUS, INVOICE, INVOICE_PAYMENT, CALLBACK_ENTRY)
}
