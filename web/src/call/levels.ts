/** How loud a stream is, for the meters; it only listens. */

export type Meter = { level(): number; close(): void };

/** Speech stands between -60 dB (a quiet room) and -10 dB. */
const FLOOR_DB = -60;
const CEILING_DB = -10;

let context: AudioContext | null = null;

/** A meter of the stream's sound, from 0 to 1; null when it has none. */
export function createMeter(stream: MediaStream): Meter | null {
  if (stream.getAudioTracks().length === 0) return null;
  context ??= new AudioContext();
  void context.resume();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      return levelOf(samples);
    },
    close: () => source.disconnect(),
  };
}

export function levelOf(samples: Float32Array): number {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  const db = 10 * Math.log10(power / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
