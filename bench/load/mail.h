/* The two ends of the proxy under test, and the messages that pass through it. */
#ifndef MAIL_H
#define MAIL_H

#include "connection.h"

/* A message's text: lines of 76 characters, as mail has them. */
enum { MESSAGE_SIZE = 1 << 20 };

/* One message as a FETCH response, and as an APPEND command with its tag `a2`. */
typedef struct block {
  char *bytes;
  size_t size;
} block;
extern block fetched, appended;
void mail_start(void);

extern const char fetch_done[];
extern const char append_done[];

/* Both return the port on 127.0.0.1. */
int backend_start(void);
int auth_start(int backend_port);

/* What the clients are to do; every session logs in first. */
typedef struct load {
  int port;
  bool tls;
  enum { SESSIONS, IDLE, DOWN, UP } kind;
  /* Sessions in all, and how many of them at once. */
  long count, at_once;
  /* For SESSIONS: NOOPs in each. For DOWN and UP: messages in each. */
  long repeat;
} load;

typedef struct outcome {
  long done, failed;
  long long received, sent;
  char fault[160];
} outcome;

void clients_start(const load *);
/* True once every session has ended, or for IDLE has logged in. */
bool clients_finished(void);
const outcome *clients_outcome(void);
/* Ends what is still open; what was not finished counts as failed. */
void clients_stop(const char *why);

#endif
