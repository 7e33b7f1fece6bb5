"""One visit to a mail server with Python's own clients: JSON on stdin says what, JSON on stdout what came."""

import base64
import imaplib
import json
import poplib
import smtplib
import socket
import ssl
import sys

imaplib._MAXLINE = 100_000_000
poplib._MAXLINE = 100_000


# The name in the server's certificate, which no resolver knows.
HOST = "mail.example.com"


def from_source(visit):
    """Dials 127.0.0.1 from the client's own address, whatever the name."""

    def dial(self, *words):
        place = ("127.0.0.1", visit["port"])
        return socket.create_connection(place, 30, source_address=(visit["source"], 0))

    imaplib.IMAP4._create_socket = dial
    poplib.POP3._create_socket = dial
    smtplib.SMTP._get_socket = dial


def imap(visit, context):
    port, security = visit["port"], visit["security"]
    if security == "implicit":
        session = imaplib.IMAP4_SSL(HOST, port, ssl_context=context)
    else:
        session = imaplib.IMAP4(HOST, port)
    if security == "starttls":
        session.starttls(context)
    user, password = visit["user"], visit["password"]
    if visit["mechanism"] == "PLAIN":
        secret = f"\0{user}\0{password}".encode()
        session.authenticate("PLAIN", lambda challenge: secret)
    elif visit["mechanism"] == "LOGIN":
        answers = iter([user.encode(), password.encode()])
        session.authenticate("LOGIN", lambda challenge: next(answers))
    else:
        session.login(user, password)
    session.select("INBOX")
    found = []
    if "token" in visit:
        _, data = session.search(None, "HEADER", "Message-ID", visit["token"])
        for number in data[0].split():
            _, parts = session.fetch(number, "(BODY.PEEK[])")
            found.append(parts[0][1])
    session.logout()
    return found


def pop3(visit, context):
    port, security = visit["port"], visit["security"]
    if security == "implicit":
        session = poplib.POP3_SSL(HOST, port, context=context)
    else:
        session = poplib.POP3(HOST, port)
    if security == "starttls":
        session.stls(context)
    user, password = visit["user"], visit["password"]
    if visit["mechanism"] == "PLAIN":
        session._shortcmd("AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode())
    else:
        session.user(user)
        session.pass_(password)
    found = []
    if "token" in visit:
        for number in range(1, len(session.list()[1]) + 1):
            head = b"\r\n".join(session.top(number, 0)[1])
            if visit["token"].encode() in head:
                found.append(b"\r\n".join(session.retr(number)[1]) + b"\r\n")
    session.quit()
    return found


def smtp(visit, context):
    port, security = visit["port"], visit["security"]
    words = {"local_hostname": "client.test"}
    if security == "implicit":
        session = smtplib.SMTP_SSL(HOST, port, context=context, **words)
    else:
        session = smtplib.SMTP(HOST, port, **words)
    if security == "starttls":
        session.starttls(context=context)
    if "mechanism" in visit:
        session.ehlo()
        session.user, session.password = visit["user"], visit["password"]
        method = {"PLAIN": session.auth_plain, "LOGIN": session.auth_login}[visit["mechanism"]]
        session.auth(visit["mechanism"], method)
    if "message" in visit:
        session.sendmail(visit["from"], visit["to"], base64.b64decode(visit["message"]))
    session.quit()
    return []


def main():
    visit = json.load(sys.stdin)
    context = ssl.create_default_context(cafile=visit["authority"])
    from_source(visit)
    try:
        found = {"imap": imap, "pop3": pop3, "smtp": smtp}[visit["protocol"]](visit, context)
        answer = {"ok": True, "words": "", "found": [base64.b64encode(m).decode() for m in found]}
    except (imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException, OSError, EOFError) as error:
        answer = {"ok": False, "words": f"{type(error).__name__}: {error}", "found": []}
    json.dump(answer, sys.stdout)


main()
