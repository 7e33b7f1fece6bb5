#define _GNU_SOURCE
#include "held.h"

#include "client.h"

#include <stdlib.h>

/* Between an answer and the next question of a probe, in seconds. */
static const double probe_pause = 0.001;

static long wanted_operations, begun, done, failed_before;
static double interval, start, until, quiet_until;
/* Slots of sessions that nothing is asked of, longest unused first; who has left is not there any more. */
static long *resting;
static long resting_first, resting_count, room;
static double *times;
static long time_count, time_room;
static void (*send_due)(void);

static const exchange *noop(void) { return &dialogues[wanted.protocol].noop; }

static void begin(void) {
  begun = done = time_count = resting_first = resting_count = 0;
  failed_before = result.failed;
  room = wanted.at_once;
  free(resting);
  resting = calloc((size_t)room, sizeof *resting);
  if (!resting) abort();
  start = now();
}

static void rest(connection *c) { resting[(resting_first + resting_count++) % room] = ((session *)c->state)->slot; }

/* NULL when nobody rests. */
static connection *rested(void) {
  while (resting_count) {
    connection *c = open_sessions[resting[resting_first]];
    resting_first = (resting_first + 1) % room;
    resting_count--;
    if (c) return c;
  }
  return NULL;
}

static void all_rest(void) {
  for (long i = 0; i < wanted.at_once; i++)
    if (open_sessions[i]) rest(open_sessions[i]);
}

static void took(double seconds) {
  if (time_count == time_room) {
    time_room = time_room ? 2 * time_room : 4096;
    times = realloc(times, (size_t)time_room * sizeof *times);
    if (!times) abort();
  }
  times[time_count++] = seconds * 1e6;
}

static void answered(connection *c) {
  session *s = c->state;
  took(now() - s->since);
  done++;
  quiet_until = now() + probe_pause;
  rest(c);
}

static void ask(connection *c, double since) {
  ((session *)c->state)->since = since;
  client_ask(c, noop(), answered);
}

static void one_trip(connection *c) {
  if (--((session *)c->state)->repeats == 0) done++;
  else client_ask(c, noop(), one_trip);
}

static void send_nothing(void) {}

void held_trips(long repeat) {
  begin();
  wanted_operations = 0;
  send_due = send_nothing;
  for (long i = 0; i < wanted.at_once; i++) {
    if (!open_sessions[i]) continue;
    wanted_operations++;
    ((session *)open_sessions[i]->state)->repeats = repeat;
    client_ask(open_sessions[i], noop(), one_trip);
  }
}

static void send_paced(void) {
  while (begun < wanted_operations) {
    /* What must wait for a free session is late from here on, too. */
    double due = start + (double)begun * interval;
    connection *c = due > now() ? NULL : rested();
    if (!c) return;
    begun++;
    ask(c, due);
  }
}

void held_pace(long operations, double a_second) {
  begin();
  all_rest();
  wanted_operations = operations;
  interval = 1 / a_second;
  send_due = send_paced;
}

static void send_probe(void) {
  if (now() >= until) {
    /* A question that is still open keeps the probe going. */
    wanted_operations = begun;
    return;
  }
  connection *c = now() < quiet_until ? NULL : rested();
  if (!c) return;
  begun++;
  ask(c, now());
}

void held_probe(double seconds) {
  begin();
  for (long i = 0; i < wanted.at_once && !resting_count; i++)
    if (open_sessions[i]) rest(open_sessions[i]);
  wanted_operations = -1;
  quiet_until = 0;
  until = start + seconds;
  send_due = send_probe;
}

bool held_turn(void) {
  send_due();
  /* Who was lost will never answer. */
  return wanted_operations >= 0 && done + result.failed - failed_before >= wanted_operations;
}

long held_done(void) { return done; }

static int by_size(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

static double quantile(double share) {
  if (!time_count) return 0;
  long at = (long)(share * (double)time_count);
  return times[at < time_count ? at : time_count - 1];
}

latencies held_latencies(void) {
  if (time_count) qsort(times, (size_t)time_count, sizeof *times, by_size);
  return (latencies){quantile(0.5), quantile(0.99), quantile(0.999), quantile(1)};
}
