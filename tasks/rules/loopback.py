"""Which hosts are this machine: to them alone may a password or a mail go in plain text. Stays out: reaching them."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether nothing sent to that host, a name or an address, leaves the machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
