/** The ring of a new request: only after the person has asked for it, and again until the request is opened. */

const KEY = "consilium.ring";
// A telephone rings every five seconds; twice that is heard and can be borne.
const AGAIN_MS = 10_000;

export type Ring = {
  isOn: () => boolean;
  turn: (on: boolean) => void;
  set: (ringing: boolean) => void;
  stop: () => void;
};

export function makeRing(): Ring {
  let context: AudioContext | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;
  const isOn = (): boolean => localStorage.getItem(KEY) === "on";
  const play = (): void => {
    if (!isOn()) return;
    context ??= new AudioContext();
    // Browsers hold the sound of a page that nobody has touched; this asks again each time.
    void context.resume().then(() => context && twoTones(context));
  };
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  return {
    isOn,
    turn: (on) => {
      localStorage.setItem(KEY, on ? "on" : "off");
      if (on) play();
    },
    set: (ringing) => {
      if (!ringing) return stop();
      if (timer !== null) return;
      play();
      timer = setInterval(play, AGAIN_MS);
    },
    stop,
  };
}

function twoTones(context: AudioContext): void {
  for (const [index, frequency] of [880, 660].entries()) {
    const start = context.currentTime + index * 0.35;
    const tone = new OscillatorNode(context, { type: "sine", frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(0.25, start, 0.02);
    volume.gain.setTargetAtTime(0, start + 0.28, 0.04);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.6);
  }
}
