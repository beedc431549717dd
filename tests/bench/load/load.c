// The load generator of the benchmark `rooms`: members of rooms who point, draw and measure, on one core.
// In C since a generator in Python is full at 50 rooms. Arguments are name=value; one line of JSON comes out.
// Latency counts from the instant at which a message was due, so that no server or generator is excused.
#define _GNU_SOURCE
#include "load.h"

struct plan plan = {.host = "127.0.0.1", .rooms = 1, .members = 4, .movers = 1, .hz = 60, .warm_s = 2, .run_s = 5,
                    .opening = 32};
struct tab *tabs;
int tab_count, ready_count, dead_count;
uint64_t window_from, window_to;
static int poller;
static struct histogram latency, late, age, joined;
static uint64_t sent_count, bytes_in;

uint64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000ull + at.tv_nsec;
}

static void count(struct histogram *into, uint64_t ns) {
  uint64_t bucket = ns / BUCKET_NS;
  into->counts[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  into->total++;
  if (ns > into->max) into->max = ns;
}

static double quantile_ms(const struct histogram *of, double share) {
  uint64_t wanted = (uint64_t)ceil(share * of->total), seen = 0;
  for (int bucket = 0; of->total && bucket < BUCKETS; bucket++)
    if ((seen += of->counts[bucket]) >= wanted) return (bucket + 1) * (BUCKET_NS / 1e6);
  return -1;
}

// ---- sockets

static void watch(struct tab *tab) {
  struct epoll_event wanted = {.events = (tab->is_stalled && tab->is_ready ? 0 : EPOLLIN) | (tab->unsent ? EPOLLOUT : 0),
                               .data.ptr = tab};
  epoll_ctl(poller, EPOLL_CTL_MOD, tab->fd, &wanted);
}

static void died(struct tab *tab) {
  if (tab->is_dead) return;
  tab->is_dead = 1;
  dead_count++;
  epoll_ctl(poller, EPOLL_CTL_DEL, tab->fd, NULL);
}

static void send_on(struct tab *tab) {
  ssize_t done = send(tab->fd, tab->out, tab->unsent, MSG_NOSIGNAL);
  if (done < 0 && errno != EAGAIN) return died(tab);
  if (done > 0) memmove(tab->out, tab->out + done, tab->unsent -= done);
  watch(tab);
}

void put(struct tab *tab, const void *data, int size) {
  if (tab->is_dead) return;
  if (!tab->unsent) {
    ssize_t done = send(tab->fd, data, size, MSG_NOSIGNAL);
    if (done == size) return;
    if (done < 0 && errno != EAGAIN) return died(tab);
    if (done > 0) data = (const char *)data + done, size -= done;
  }
  tab->out = realloc(tab->out, tab->unsent + size);
  memcpy(tab->out + tab->unsent, data, size);
  tab->unsent += size;
  watch(tab);
}

// A client's frame (RFC 6455 5.2). Masks protect proxies, and there are none here, but the server has to unmask.
void put_frame(struct tab *tab, int opcode, const void *payload, int size) {
  static unsigned char frame[1 << 17];
  static const unsigned char mask[4] = {0x5a, 0xc3, 0x17, 0x88};
  int head = 2;
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (size < 126 ? size : 126);
  if (size >= 126) frame[2] = size >> 8, frame[3] = size & 255, head = 4;
  memcpy(frame + head, mask, 4);
  for (int at = 0; at < size; at++) frame[head + 4 + at] = ((const unsigned char *)payload)[at] ^ mask[at & 3];
  put(tab, frame, head + 4 + size);
}

static void open_socket(struct tab *tab) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(tab->is_thin ? plan.thin_port : plan.port)};
  inet_pton(AF_INET, plan.host, &to.sin_addr);
  int on = 1, little = 2048;
  tab->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (tab->is_stalled) setsockopt(tab->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  if (tab->fd < 0 || connect(tab->fd, (void *)&to, sizeof to)) perror("connect"), exit(2);
  setsockopt(tab->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(tab->fd, F_SETFL, O_NONBLOCK);
  tab->opened_ns = now_ns();
  struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = tab};
  epoll_ctl(poller, EPOLL_CTL_ADD, tab->fd, &wanted);
  char request[2048];
  int size = snprintf(request, sizeof request,
                      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y29uc2lsaXVtIGJlbmNoIQ==\r\n",
                      path_of(tab), plan.port);
  size += headers_of(tab, request + size, sizeof request - size);
  put(tab, request, size + sprintf(request + size, "\r\n"));
}

void now_ready(struct tab *tab) {
  if (tab->is_ready) return;
  tab->is_ready = 1;
  ready_count++;
  count(&joined, now_ns() - tab->opened_ns);
  if (tab->is_stalled) watch(tab);
}

// A sample has come that was due at `due`. Age is what the member looked at until then.
void arrived(struct tab *tab, uint64_t due, int mover) {
  uint64_t at = now_ns(), before = tab->newest[mover];
  if (due > before) tab->newest[mover] = due;
  if (tab->is_stalled || (plan.thin_port && !tab->is_thin)) return;
  if (due >= window_from && due < window_to) count(&latency, at > due ? at - due : 0);
  if (before && at >= window_from && at < window_to) count(&age, at - before);
}

// ---- reading

static int read_frames(struct tab *tab) {
  int at = 0;
  if (!tab->is_open) {
    unsigned char *end = memmem(tab->in, tab->have, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(tab->in, "HTTP/1.1 101", 12)) fprintf(stderr, "not upgraded: %.60s\n", tab->in), exit(3);
    at = end + 4 - tab->in;
    tab->is_open = 1;
    opened(tab);
  }
  while (tab->have - at >= 2) {
    unsigned char *frame = tab->in + at;
    uint64_t size = frame[1] & 127, head = 2;
    if (size == 126) {
      if (tab->have - at < 4) break;
      size = frame[2] << 8 | frame[3], head = 4;
    } else if (size == 127) {
      if (tab->have - at < 10) break;
      for (size = 0; head < 10; head++) size = size << 8 | frame[head];
    }
    if ((uint64_t)(tab->have - at) < head + size) break;
    if ((frame[0] & 15) == 9) put_frame(tab, 10, frame + head, size);
    else if ((frame[0] & 15) == 8) died(tab);
    else heard(tab, frame + head, size);
    at += head + size;
  }
  return at;
}

static void receive(struct tab *tab) {
  if (tab->room_in - tab->have < 4096) tab->in = realloc(tab->in, tab->room_in = tab->room_in ? tab->room_in * 2 : 8192);
  ssize_t got = recv(tab->fd, tab->in + tab->have, tab->room_in - tab->have, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return died(tab);
  bytes_in += got;
  tab->have += got;
  int used = read_frames(tab);
  if (used) memmove(tab->in, tab->in + used, tab->have -= used);
}

static void run_until(uint64_t due) {
  static uint64_t next_draw;
  struct epoll_event events[256];
  do {
    uint64_t at = now_ns();
    if (at >= next_draw) draw_all(at), next_draw = at + 4000000;
    int64_t left = (due < next_draw ? due : next_draw) - at;
    struct timespec wait = {0, left > 0 ? left : 0};
    int found = epoll_pwait2(poller, events, 256, &wait, NULL);
    for (int each = 0; each < found; each++) {
      struct tab *tab = events[each].data.ptr;
      if (!tab->is_dead && events[each].events & EPOLLOUT) send_on(tab);
      if (!tab->is_dead && events[each].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(tab);
    }
  } while (now_ns() < due);
}

// ---- what the server used

static void used(double *cpu_s, long *rss_kib) {
  char name[64], line[1024] = "";
  unsigned long user, system;
  snprintf(name, sizeof name, "/proc/%d/stat", plan.pid);
  FILE *stat = fopen(name, "r");
  if (!stat || !fgets(line, sizeof line, stat)) perror(name), exit(2);
  fclose(stat);
  sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
         &user, &system, rss_kib);
  *cpu_s = (user + system) / (double)sysconf(_SC_CLK_TCK);
  *rss_kib *= sysconf(_SC_PAGESIZE) / 1024;
}

static double own_cpu_s(void) {
  struct rusage self;
  getrusage(RUSAGE_SELF, &self);
  return self.ru_utime.tv_sec + self.ru_stime.tv_sec + (self.ru_utime.tv_usec + self.ru_stime.tv_usec) / 1e6;
}

// ---- a run

static void enter_all(void) {
  uint64_t given_up = now_ns() + 120000000000ull;
  for (int started = 0; ready_count + dead_count < tab_count;) {
    while (started < tab_count && started - ready_count - dead_count < plan.opening) open_socket(&tabs[started++]);
    run_until(now_ns() + 1000000);
    if (now_ns() > given_up) fprintf(stderr, "only %d of %d came in\n", ready_count, tab_count), exit(4);
  }
}

static void storm(void) {
  for (int each = 0; each < tab_count; each++) {
    struct tab *tab = &tabs[each];
    if (tab->is_dead) continue;
    close(tab->fd);
    tab->is_open = tab->is_ready = tab->have = tab->unsent = tab->image_n = 0;
  }
  joined = (struct histogram){0};
  ready_count = 0;
  plan.opening = tab_count;
  enter_all();
}

static void report(double cpu, double own, long rss_before, long rss_in, long rss_after) {
  uint64_t expected = sent_count * (plan.members - 1 - (plan.stalled ? 1 : 0));
  if (plan.thin_port) expected = sent_count;
  printf("{\"rooms\":%d,\"run_s\":%.3f,\"expected\":%lu,\"delivered\":%lu,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,"
         "\"age_p50_ms\":%.2f,\"age_p99_ms\":%.2f,\"late_ms_p99\":%.2f,\"server_cpu\":%.4f,\"generator_cpu\":%.4f,"
         "\"rss_before_mib\":%.1f,\"rss_in_mib\":%.1f,\"rss_after_mib\":%.1f,\"bytes_in\":%lu,\"closed\":%d,"
         "\"joined_p50_ms\":%.1f,\"joined_max_ms\":%.1f}\n",
         plan.rooms, plan.run_s, expected, latency.total, quantile_ms(&latency, .5), quantile_ms(&latency, .99), latency.max / 1e6,
         quantile_ms(&age, .5), quantile_ms(&age, .99), quantile_ms(&late, .99), cpu / plan.run_s, own / plan.run_s,
         rss_before / 1024., rss_in / 1024., rss_after / 1024., bytes_in, dead_count, quantile_ms(&joined, .5),
         joined.max / 1e6);
}

int main(int argc, char **argv) {
  read_plan(argc, argv);
  tab_count = plan.rooms * plan.members;
  tabs = calloc(tab_count, sizeof *tabs);
  poller = epoll_create1(0);
  uint64_t seed = now_ns();
  for (int each = 0; each < tab_count; each++) {
    struct tab *tab = &tabs[each];
    tab->room = each / plan.members, tab->seat = each % plan.members;
    tab->id = (uint32_t)(seed >> 10) % 1000000000u + each;
    tab->is_stalled = plan.stalled && tab->seat == plan.members - 1;
    tab->is_thin = plan.thin_port && tab->seat == plan.members - 1;
  }
  double cpu_from, cpu_to, own_from = 0;
  long rss_before, rss_in, rss_after;
  used(&cpu_from, &rss_before);
  enter_all();
  run_until(now_ns() + 500000000);
  if (plan.is_storm) storm();
  used(&cpu_from, &rss_in);
  uint64_t start = now_ns() + 10000000;
  window_from = start + (uint64_t)(plan.warm_s * 1e9), window_to = window_from + (uint64_t)(plan.run_s * 1e9);
  int active = plan.active ? plan.active : plan.rooms;
  double step = 1e9 / plan.hz / (active * plan.movers);
  int is_counting = 0;
  for (uint64_t number = 0;; number++) {
    uint64_t due = start + (uint64_t)(number * step);
    if (due >= window_to) break;
    run_until(due);
    if (due >= window_from && !is_counting++) used(&cpu_from, &rss_in), own_from = own_cpu_s();
    if (due >= window_from) count(&late, now_ns() - due), sent_count++;
    int turn = number % (active * plan.movers);
    say(&tabs[turn % active * plan.members + turn / active], due);
  }
  double own = own_cpu_s() - own_from;
  used(&cpu_to, &rss_after);
  run_until(now_ns() + 500000000);
  report(cpu_to - cpu_from, own, rss_before, rss_in, rss_after);
  return 0;
}
