// What members say and understand, in the words of each server; where a sample of a pointer says when it was due.
#define _GNU_SOURCE
#include "load.h"

// As web/src/wire/socket.ts: a picture is drawn sixty times a second, four frames are answered together, fewer after
// 50 ms; a pointer's image is named once a second.
enum { PICTURE_NS = 16666667, CREDITED_TOGETHER = 4, CREDIT_WITHIN_NS = 50000000, NAMED_EVERY_NS = 1000000000 };

static const char *NAMES[] = {"relay", "consilium", "socketio", "yjs", "hocuspocus"};
// UIDs as long as real ones: they are most of the message.
#define UID "1.2.826.0.1.3680043.8.498.45787841905188114249811117"
static char **paths;
static uint64_t base_ns; // a place in millimetres is less than 100 000, and says when it was due in seconds

void read_plan(int argc, char **argv) {
  int tokens = 0;
  base_ns = now_ns();
  for (int each = 1; each < argc; each++) {
    char *value = strchr(argv[each], '=');
    if (!value) fprintf(stderr, "no value: %s\n", argv[each]), exit(2);
    *value++ = 0;
    const char *name = argv[each];
    struct { const char *name; int *into; } wholes[] = {
        {"port", &plan.port}, {"thin_port", &plan.thin_port}, {"pid", &plan.pid}, {"rooms", &plan.rooms}, {"active", &plan.active},
        {"members", &plan.members}, {"movers", &plan.movers}, {"stalled", &plan.stalled}, {"opening", &plan.opening},
        {"is_storm", &plan.is_storm}, {"bytes", &plan.bytes}};
    for (size_t which = 0; which < sizeof wholes / sizeof *wholes; which++)
      if (!strcmp(name, wholes[which].name)) *wholes[which].into = atoi(value);
    if (!strcmp(name, "hz")) plan.hz = atof(value);
    if (!strcmp(name, "warm_s")) plan.warm_s = atof(value);
    if (!strcmp(name, "run_s")) plan.run_s = atof(value);
    if (!strcmp(name, "paths")) plan.paths = value;
    if (!strcmp(name, "token") && tokens < MOST_MEMBERS) plan.tokens[tokens++] = value;
    for (int speech = RELAY; !strcmp(name, "speech") && speech <= HOCUSPOCUS; speech++)
      if (!strcmp(value, NAMES[speech])) plan.speech = speech;
  }
  if (!plan.paths) return;
  FILE *list = fopen(plan.paths, "r");
  paths = calloc(plan.rooms, sizeof *paths);
  for (int room = 0; room < plan.rooms; room++) {
    char line[256];
    if (!list || !fgets(line, sizeof line, list)) fprintf(stderr, "too few paths\n"), exit(2);
    line[strcspn(line, "\n")] = 0;
    paths[room] = strdup(line);
  }
  fclose(list);
}

const char *path_of(struct tab *tab) {
  static char path[128];
  if (paths) return paths[tab->room];
  const char *form = plan.speech == SOCKETIO ? "/socket.io/?EIO=4&transport=websocket&room=%d" : "/%d";
  sprintf(path, form, tab->room);
  return path;
}

int headers_of(struct tab *tab, char *into, int room) {
  if (plan.speech != CONSILIUM) return 0;
  return snprintf(into, room, "Authorization: Bearer %s\r\nSec-WebSocket-Protocol: consilium.v3\r\n", plan.tokens[tab->seat]);
}

// ---- writing

static int text(unsigned char *into, const char *words) {
  int size = strlen(words), head = size < 32 ? 1 : 2;
  if (size < 32) into[0] = 0xa0 | size;
  else into[0] = 0xd9, into[1] = size;
  memcpy(into + head, words, size);
  return head + size;
}

static int whole(unsigned char *into, uint64_t number) {
  into[0] = 0xcf;
  for (int at = 0; at < 8; at++) into[1 + at] = number >> (56 - 8 * at);
  return 9;
}

static int real(unsigned char *into, double number) {
  uint64_t bits;
  memcpy(&bits, &number, 8);
  whole(into, bits);
  into[0] = 0xcb;
  return 9;
}

static int varint(unsigned char *into, uint32_t number) { // of lib0, which Yjs writes with
  int size = 0;
  for (; number > 127; number >>= 7) into[size++] = 0x80 | (number & 127);
  into[size++] = number;
  return size;
}

static void say_pointer(struct tab *tab, uint64_t due) {
  unsigned char b[512], *at = b;
  if (tab->image_n && due - tab->named_ns < NAMED_EVERY_NS) {
    *at++ = 0x84;
    at += text(at, "t"), at += text(at, "pointer.slide");
    at += text(at, "n"), at += whole(at, ++tab->clock);
    at += text(at, "image_n"), at += whole(at, tab->image_n);
    at += text(at, "point_world_mm"), *at++ = 0x93;
    at += real(at, (due - base_ns) / 1e9), at += real(at, tab->seat), at += real(at, -31.5);
    return put_frame(tab, 2, b, at - b);
  }
  tab->image_n = tab->clock + 1, tab->named_ns = due;
  *at++ = 0x83;
  at += text(at, "t"), at += text(at, "pointer.move");
  at += text(at, "n"), at += whole(at, ++tab->clock);
  at += text(at, "pointer"), *at++ = 0x85;
  at += text(at, "series_uid"), at += text(at, UID "1");
  at += text(at, "frame_of_reference_uid"), at += text(at, UID "2");
  at += text(at, "point_world_mm"), *at++ = 0x93;
  at += real(at, (due - base_ns) / 1e9), at += real(at, tab->seat), at += real(at, -31.5);
  at += text(at, "sop_instance_uid"), at += text(at, UID "3");
  at += text(at, "frame"), *at++ = 1;
  put_frame(tab, 2, b, at - b);
}

static void say_awareness(struct tab *tab, uint64_t due) {
  unsigned char state[40000], b[41000];
  char json[33000];
  int size = sprintf(json, "{\"p\":[-123.25,45.5,789.125],\"m\":\"@%016lx%02d\",\"u\":\"%s1 %s2 %s3", due, tab->seat, UID,
                     UID, UID), n = 0, k = 0;
  while (size < plan.bytes - 2) json[size++] = 'a';
  size += sprintf(json + size, "\"}");
  k += varint(state + k, 1), k += varint(state + k, tab->id), k += varint(state + k, ++tab->clock);
  k += varint(state + k, size), memcpy(state + k, json, size), k += size;
  if (plan.speech == HOCUSPOCUS) {
    char name[16];
    n += varint(b, sprintf(name, "d%d", tab->room)), memcpy(b + n, name, strlen(name)), n += strlen(name);
  }
  n += varint(b + n, 1), n += varint(b + n, k), memcpy(b + n, state, k);
  put_frame(tab, 2, b, n + k);
}

void say(struct tab *tab, uint64_t due) {
  static char b[40000];
  int size = 0;
  if (plan.speech == CONSILIUM) return say_pointer(tab, due);
  if (plan.speech == YJS || plan.speech == HOCUSPOCUS) return say_awareness(tab, due);
  if (plan.speech == SOCKETIO) size = sprintf(b, "42[\"p\",");
  size += sprintf(b + size, "{\"p\":[-123.25,45.5,789.125],\"m\":\"@%016lx%02d\",\"u\":\"%s1 %s2 %s3", due, tab->seat, UID, UID, UID);
  while (size < plan.bytes - 3) b[size++] = 'a';
  size += sprintf(b + size, plan.speech == SOCKETIO ? "\"}]" : "\"}");
  put_frame(tab, plan.speech == SOCKETIO ? 1 : 2, b, size);
}

// ---- the first words

void opened(struct tab *tab) {
  unsigned char b[128], *at = b;
  if (plan.speech == CONSILIUM) {
    char client[32];
    sprintf(client, "load-%u", tab->id);
    *at++ = 0x83, at += text(at, "t"), at += text(at, "hello");
    at += text(at, "client_id"), at += text(at, client), at += text(at, "seq"), *at++ = 0;
    put_frame(tab, 2, b, at - b);
  } else if (plan.speech == HOCUSPOCUS) {
    char name[16];
    at += varint(at, sprintf(name, "d%d", tab->room)), memcpy(at, name, strlen(name)), at += strlen(name);
    *at++ = 2, *at++ = 0, *at++ = 1, *at++ = 'x';
    put_frame(tab, 2, b, at - b);
  } else if (plan.speech != SOCKETIO) {
    now_ready(tab);
  }
}

// ---- what comes

static unsigned char *find(unsigned char *in, int size, const char *what) { return memmem(in, size, what, strlen(what)); }

static void heard_pointer(struct tab *tab, unsigned char *message, int size) {
  unsigned char *end = message + size, *at = message, *place;
  uint64_t bits = 0, highest = 0;
  for (; (at = find(at, end - at, "\xa5""frame\xcf")); at += 15) { // of several, where several move
    uint64_t frame = 0;
    for (int byte = 0; byte < 8; byte++) frame = frame << 8 | at[7 + byte];
    if (frame > highest) highest = frame;
  }
  if (!highest) return;
  if (highest > tab->frame) tab->frame = highest;
  tab->undrawn++;
  for (; (place = find(message, end - message, "point_world_mm\x93\xcb")); message = place + 33) {
    double due, seat;
    for (int byte = 0; byte < 8; byte++) bits = bits << 8 | place[16 + byte];
    memcpy(&due, &bits, 8);
    for (int byte = 0; byte < 8; byte++) bits = bits << 8 | place[25 + byte];
    memcpy(&seat, &bits, 8);
    arrived(tab, base_ns + (uint64_t)(due * 1e9 + 0.5), (int)seat);
  }
  uint64_t phase = tab->id * 2654435761u % PICTURE_NS;
  if (!tab->draw_at) tab->draw_at = ((now_ns() - phase) / PICTURE_NS + 1) * PICTURE_NS + phase;
}

void heard(struct tab *tab, unsigned char *message, int size) {
  if (plan.speech == CONSILIUM) {
    if (!tab->is_ready && find(message, size, "welcome")) return now_ready(tab);
    if (find(message, size < 16 ? size : 16, "\xa4ping")) return put_frame(tab, 2, "\x82\xa1t\xa4pong\xa1n\x00", 11);
    return heard_pointer(tab, message, size);
  }
  if (plan.speech == SOCKETIO) {
    if (message[0] == '0') return put_frame(tab, 1, "40", 2);
    if (message[0] == '2') return put_frame(tab, 1, "3", 1);
    if (size > 1 && message[0] == '4' && message[1] == '0') return now_ready(tab);
  }
  if (plan.speech == HOCUSPOCUS) now_ready(tab);
  for (unsigned char *at = message; (at = memchr(at, '@', message + size - at)) && message + size - at > 18; at++) {
    char word[19] = "";
    memcpy(word, at + 1, 18);
    int mover = atoi(word + 16);
    word[16] = 0;
    // Awareness comes back to whoever said it.
    if (mover != tab->seat) arrived(tab, strtoull(word, NULL, 16), mover);
  }
}

// ---- pictures, and the credit that is given back for them

static void credit(struct tab *tab) {
  unsigned char b[64], *at = b;
  *at++ = 0x83, at += text(at, "t"), at += text(at, "drawn");
  at += text(at, "frame"), at += whole(at, tab->frame), at += text(at, "seq"), *at++ = 0;
  put_frame(tab, 2, b, at - b);
  tab->shown = 0, tab->credit_at = 0;
}

void draw_all(uint64_t at) {
  for (int each = 0; plan.speech == CONSILIUM && each < tab_count; each++) {
    struct tab *tab = &tabs[each];
    if (tab->is_stalled || tab->is_dead) continue;
    if (tab->draw_at && tab->draw_at <= at) {
      tab->shown += tab->undrawn, tab->undrawn = 0, tab->draw_at = 0;
      if (tab->shown >= CREDITED_TOGETHER || tab->is_thin) credit(tab);
      else tab->credit_at = at + CREDIT_WITHIN_NS;
    } else if (tab->credit_at && tab->credit_at <= at && tab->shown) {
      credit(tab);
    }
  }
}
