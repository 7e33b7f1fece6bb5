/* One session of a client, as the kinds of work see it. */
#ifndef CLIENT_H
#define CLIENT_H

#include "mail.h"

enum { LINE = 512 };

/* Something to say (or nothing), and the line that must come back, perhaps after others. */
typedef struct exchange {
  const char *says, *before, *expects;
} exchange;

enum { LOGIN_STEPS = 4, MESSAGE_STEPS = 3 };

/* What a client says in a protocol; `login` begins with the greeting and ends where nothing is expected. */
typedef struct dialogue {
  exchange login[LOGIN_STEPS + 1];
  exchange noop, leave;
  exchange message[MESSAGE_STEPS];
} dialogue;
extern const dialogue dialogues[PROTOCOLS];

typedef struct session {
  char line[LINE];
  size_t length;
  const exchange *awaited;
  /* Called when what was awaited has come. */
  void (*then)(connection *);
  int step;
  long repeats;
  /* Octets of messages still to come in, and still to go out. */
  long long coming, going;
  bool in, left;
  /* When a reply was owed from; seconds. */
  double since;
  long slot;
} session;

/* What a session does once it is logged in. */
typedef struct work {
  void (*begin)(connection *);
  void (*writable)(connection *);
} work;
extern const work works[KINDS];
/* Before the first session of a load. */
void bulk_start(const load *);

extern load wanted;
extern outcome result;
extern connection **open_sessions;
extern double now(void);

void client_ask(connection *, const exchange *, void (*then)(connection *));
void client_leave(connection *);
void client_fail(connection *, const char *why);

#endif
