// What the generator (load.c) and the protocols it speaks (speech.c) share.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUCKETS = 600000, BUCKET_NS = 100000, MOST_MEMBERS = 20 };

struct histogram {
  uint64_t total, max;
  uint32_t counts[BUCKETS];
};

enum speech { RELAY, CONSILIUM, SOCKETIO, YJS, HOCUSPOCUS };

// `thin_port`: the last member of each room comes through it, and only what that member sees is counted.
// `active`: in so many rooms somebody moves, in all where it is 0.
// `stalled`: the last member of each room stops reading once in. `bytes`: a message's size where it can be padded.
struct plan {
  const char *host, *paths, *tokens[MOST_MEMBERS];
  enum speech speech;
  int port, thin_port, pid, rooms, active, members, movers, stalled, opening, is_storm, bytes;
  double hz, warm_s, run_s;
};

struct tab {
  int fd, room, seat, is_open, is_ready, is_dead, is_stalled, is_thin;
  uint32_t id, clock;
  uint64_t opened_ns, newest[MOST_MEMBERS];
  unsigned char *in, *out;
  int have, room_in, unsent;
  uint64_t frame, draw_at, credit_at; // what has been received, is to be drawn, and to be answered
  uint64_t image_n, named_ns;
  int shown, undrawn;
};

extern struct plan plan;
extern struct tab *tabs;
extern int tab_count;

uint64_t now_ns(void);
void put(struct tab *tab, const void *data, int size);
void put_frame(struct tab *tab, int opcode, const void *payload, int size);
void now_ready(struct tab *tab);
void arrived(struct tab *tab, uint64_t due, int mover);

void read_plan(int argc, char **argv);
const char *path_of(struct tab *tab);
int headers_of(struct tab *tab, char *into, int room);
void opened(struct tab *tab);
void heard(struct tab *tab, unsigned char *message, int size);
void say(struct tab *tab, uint64_t due);
void draw_all(uint64_t at);
