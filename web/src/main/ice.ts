/** The ICE servers of a new connection; relay credentials live ten minutes, so an old page asks for fresh ones. */
import { getJson } from "../wire/api";
import type { RoomPage } from "../wire/types";

/** Half a credential's life (rtc/ice.py), so that none runs out while a connection is being made. */
const FRESH_MS = 5 * 60_000;

export function createIce(page: RoomPage): () => Promise<RTCConfiguration> {
  let known = page;
  let known_ms = performance.now();
  return async () => {
    const needsRelay = known.ice_servers.some((one) => one.credential);
    if (needsRelay && performance.now() - known_ms > FRESH_MS) {
      const answer = await getJson<RoomPage>(`/api/rooms/${encodeURIComponent(page.room_id)}`);
      if (answer.ok) {
        known = answer.value;
        known_ms = performance.now();
      }
    }
    return configurationOf(known);
  };
}

/** Always explicit, empty when nothing is configured: no stranger's server is ever asked. */
const configurationOf = ({ ice_servers, ice_policy }: RoomPage): RTCConfiguration => ({
  iceServers: ice_servers.map(({ urls, username, credential }) => ({
    urls,
    ...(username ? { username } : {}),
    ...(credential ? { credential } : {}),
  })),
  iceTransportPolicy: ice_policy,
});
