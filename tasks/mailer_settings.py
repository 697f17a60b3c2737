"""The `[mail]` table becomes what the transport needs; the password is read here, at the moment of use."""

from tasks.mail.transport import SmtpSettings
from tasks.settings import Settings, read_secret


def smtp_settings(settings: Settings) -> SmtpSettings:
    """How mails leave. Raises SecretError when a configured password cannot be had."""
    mail = settings.mail
    return SmtpSettings(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=read_secret(mail.password_env, mail.password_file) if mail.username else "",
        sender=mail.sender,
        timeout_seconds=mail.timeout_seconds,
        ca_file=mail.ca_file,
    )
