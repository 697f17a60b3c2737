#!/bin/sh
# Postfix for one purpose: takes mails from the other containers over TLS and hands them to RELAY_HOST.
set -eu
postconf -e "maillog_file = /dev/stdout" "inet_protocols = ipv4" "mydestination =" "mynetworks = ${RELAY_FROM}" \
	"relayhost = ${RELAY_HOST}" "smtp_tls_security_level = ${RELAY_TLS:-encrypt}" \
	"smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt" \
	"smtpd_relay_restrictions = permit_mynetworks, reject" "smtpd_tls_security_level = encrypt" \
	"smtpd_tls_cert_file = /run/secrets/relay_certificate" "smtpd_tls_key_file = /run/secrets/relay_key"
exec postfix start-fg
