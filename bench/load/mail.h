/* The two ends of the proxy under test, and the messages that pass through it. */
#ifndef MAIL_H
#define MAIL_H

#include "connection.h"

typedef enum protocol { IMAP, POP3, SMTP, PROTOCOLS } protocol;
extern const char *const protocol_names[PROTOCOLS];

/* The text of an IMAP message: lines of 76 characters, as mail has them. */
enum { MESSAGE_SIZE = 1 << 20 };

/* Octets that are sent again and again. */
typedef struct block {
  char *bytes;
  size_t size;
} block;

/* One message as a FETCH response, and as an APPEND command with its tag `a2`. */
extern block fetched, appended;
void mail_start(void);
/* A text of so many octets, lines of 76 characters, between `head` and `tail`. */
block block_make(const char *head, size_t size, const char *tail);

/* What a backend answers to a whole message, so that the client sees that no octet was lost. */
#define ACCEPTED "250 2.0.0 taken: %lld octets"

/* Both give the ports on 127.0.0.1. */
void backend_start(int ports[PROTOCOLS]);
int auth_start(const int backend_ports[PROTOCOLS]);

/* What the clients are to do; every session logs in first. */
typedef enum kind { SESSIONS, IDLE, DOWN, UP, SEND, KINDS } kind;

typedef struct load {
  kind kind;
  protocol protocol;
  int port;
  tls_mode tls;
  /* Sessions in all, and how many of them at once. */
  long count, at_once;
  /* For SESSIONS: NOOPs in each. For DOWN, UP and SEND: messages in each. */
  long repeat;
  /* For SEND: octets of a message. */
  long size;
} load;

typedef struct outcome {
  long done, failed, resumed;
  long long received, sent;
  char fault[200];
} outcome;

void clients_start(const load *);
/* True once every session has ended, or for IDLE has logged in. */
bool clients_finished(void);
const outcome *clients_outcome(void);
/* Ends what is still open; what was not finished counts as failed. */
void clients_stop(const char *why);

#endif
