/** Stands in for `xmlbuilder2`, which only vtk's XML mesh readers use; this product reads no meshes. */
const refuse = (): never => {
  throw new Error("XML mesh reading is not bundled");
};

export const create = refuse;
export const convert = refuse;
export const fragment = refuse;
export const builder = refuse;
// biome-ignore lint/style/noDefaultExport: the module that this one stands in for has a default export
export default { create, convert, fragment, builder };
