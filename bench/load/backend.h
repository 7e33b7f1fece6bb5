/* One session of a backend, as the protocols see it. */
#ifndef BACKEND_H
#define BACKEND_H

#include "mail.h"

enum { BACKEND_LINE = 1024 };

typedef struct backend_session {
  char line[BACKEND_LINE];
  size_t length;
  /* Octets of a literal still to come, and of messages still to go out. */
  size_t literal, sending;
  /* Lines of a SASL exchange still to come. */
  int answers;
  /* The text of an SMTP message comes in; its octets so far, and its last five. */
  bool content;
  long long octets;
  char last[5];
  /* IMAP: the line goes on behind its literal. */
  bool continued;
  char tag[33];
  char verb[17];
} backend_session;

void backend_say(connection *, const char *text);
/* Sends messages until there is no room; called again when there is. */
void backend_send(connection *);

/* What each does with a line, whose end is taken off. */
void imap_line(connection *, size_t length);
void pop3_line(connection *, size_t length);
void smtp_line(connection *, size_t length);
/* Takes octets of a message; returns how many of them belonged to it. */
size_t smtp_content(connection *, const char *bytes, size_t size);

extern const char *const greetings[PROTOCOLS];

#endif
