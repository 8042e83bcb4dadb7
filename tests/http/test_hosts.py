"""Which hosts the door opens to."""

from collections.abc import Sequence

import pytest
from crossfoot.errors import Rejected, RemoteUnavailable
from crossfoot.http import LOCAL, STRICT, Door, check_url, is_public


def resolving_to(*addresses: str) -> Door:
    return Door(STRICT, resolve=lambda host, port: addresses)


@pytest.mark.parametrize(
    "url",
    [
        "http://cw.example.com/",
        "ftp://cw.example.com/",
        "cw.example.com",
        "https://user:secret@cw.example.com/",
        "https://@cw.example.com/",
        "https://cw.example.com\\@127.0.0.1/",
        "https://127.0.0.1/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://localhost/",
        "https://localhost./",
        "https://cw.example.com../",
        "https:///nothing",
        "https://cw.example.com:22/",
        "https://cw.example.com:99999/",
        "https://cw.exämple.com/",
        "https://cw_.example.com%00.internal/",
    ],
)
def test_a_hostile_url_is_refused_before_anything_is_resolved(url: str) -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError(f"resolved {host}")

    with pytest.raises(Rejected) as refused:
        Door(STRICT, resolve=never).request("GET", url, write=False)  # type: ignore[arg-type]
    assert refused.value.code == "site_refused"
    assert refused.value.fix


@pytest.mark.parametrize(
    "url",
    [
        "https://api-na.myconnectwise.net/",
        "https://cw.example.com./x",
        "https://cw.example.com:8443/",
        "https://xn--cw-fka.example.xn--p1ai/",
    ],
)
def test_a_public_name_is_accepted(url: str) -> None:
    assert check_url(url, STRICT).hostname


def test_the_local_policy_opens_to_the_sandboxes() -> None:
    assert check_url("http://127.0.0.1:8080/", LOCAL).port == 8080


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.0.9",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "5f00::1",
        "fd00:ec2::254",
    ],
)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_internet_address_is_public(address: str) -> None:
    assert is_public(address)


def test_one_private_answer_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(Rejected, match="private network"):
        resolving_to("8.8.8.8", "10.0.0.1").request("GET", "https://rebind.example.com/", write=False)


def test_a_name_without_an_address_is_unavailable_even_for_a_write() -> None:
    with pytest.raises(RemoteUnavailable, match="has no address"):
        resolving_to().request("POST", "https://gone.example.com/", write=True)
