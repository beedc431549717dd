/** What we use of `@cornerstonejs/codec-openjph`, which ships no types. */
declare module "@cornerstonejs/codec-openjph/wasmjs" {
  type FrameInfo = { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
  type Decoder = {
    getEncodedBuffer(length: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    readHeader(): void;
    decodeSubResolution(drop: number): void;
    getFrameInfo(): FrameInfo;
    delete(): void;
  };
  type Module = { HTJ2KDecoder: new () => Decoder };
  /** Emscripten's own hook: takes the place of fetching and compiling. */
  type Options = { instantiateWasm(imports: WebAssembly.Imports, use: (made: WebAssembly.Instance) => object): object };
  const create: (options: Options) => Promise<Module>;
  // biome-ignore lint/style/noDefaultExport: it is how the codec exports itself.
  export default create;
}
