/* What sessions that an IDLE load left open are asked to do. */
#ifndef HELD_H
#define HELD_H

#include <stdbool.h>

/* Times from when a reply was owed until it came, in microseconds. */
typedef struct latencies {
  double p50, p99, p999, worst;
} latencies;

/* Every session does so many NOOPs, one after the other. */
void held_trips(long repeat);
/* So many NOOPs in all, this many a second whatever the answers take, on the sessions in turn. */
void held_pace(long operations, double a_second);
/* One session asks again a millisecond after each answer, for so many seconds. */
void held_probe(double seconds);
/* Sends what is due; true once the work is done. */
bool held_turn(void);
/* Sessions or operations that came to their end. */
long held_done(void);
latencies held_latencies(void);

#endif
