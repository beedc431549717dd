/** Microphones, cameras and speakers: which there are, which were chosen, and how they are opened. */
import { type MediaProblem, mediaProblem } from "./rules";

export type DeviceKind = "audioinput" | "videoinput" | "audiooutput";
export type Device = { kind: DeviceKind; id: string; label: string };
export type Choice = Readonly<Record<DeviceKind, string>>;
export type Wanted = { audio: boolean; video: boolean };

export type Opened = { ok: true; stream: MediaStream } | { ok: false; problem: MediaProblem };

export const NO_CHOICE: Choice = { audioinput: "", videoinput: "", audiooutput: "" };

const KEY = "consilium.devices";

/** A face and a monitor beside the images; the images have the line first. */
const PICTURE: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 360 },
  frameRate: { ideal: 24, max: 30 },
};

export async function listDevices(): Promise<readonly Device[]> {
  const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  // Without permission browsers list devices that have neither name nor label.
  return found.filter((one) => one.deviceId !== "").map(({ kind, deviceId, label }) => ({ kind, id: deviceId, label }));
}

export async function openDevices(wanted: Wanted, choice: Choice): Promise<Opened> {
  if (!wanted.audio && !wanted.video) return { ok: true, stream: new MediaStream() };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: wanted.audio && chosen(choice.audioinput),
      video: wanted.video && { ...PICTURE, ...chosen(choice.videoinput) },
    });
    return { ok: true, stream };
  } catch (refused) {
    return { ok: false, problem: mediaProblem(refused instanceof Error ? refused.name : "") };
  }
}

/** `ideal`, not `exact`: a device that was unplugged since must not keep anybody from talking. */
const chosen = (id: string): MediaTrackConstraints => (id === "" ? {} : { deviceId: { ideal: id } });

export function readChoice(): Choice {
  const kept = localStorage.getItem(KEY);
  return kept === null ? NO_CHOICE : { ...NO_CHOICE, ...(JSON.parse(kept) as Partial<Choice>) };
}

export function keepChoice(choice: Choice): void {
  localStorage.setItem(KEY, JSON.stringify(choice));
}

/** Calls back when a device is plugged in or out; returns the remover. */
export function onDevicesChanged(listener: () => void): () => void {
  const { mediaDevices } = navigator;
  mediaDevices?.addEventListener("devicechange", listener);
  return () => mediaDevices?.removeEventListener("devicechange", listener);
}
