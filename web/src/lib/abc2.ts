/**
 * Volume of an intracerebral haematoma as half the product of its three diameters: an ellipsoid with pi taken as 3.
 *
 * Source: Kothari RU et al., The ABCs of measuring intracerebral hemorrhage volumes, Stroke 1996;27:1304-1305. A: largest
 * diameter on the slice with the largest haemorrhage; B: diameter perpendicular to it; C: its height, slices times their
 * thickness. It overestimates irregular, multilobed and subdural collections.
 */
export function haematomaMl(a_mm: number, b_mm: number, c_mm: number): number | null {
  const isSensible = [a_mm, b_mm, c_mm].every((length) => Number.isFinite(length) && length > 0 && length <= 300);
  return isSensible ? (a_mm * b_mm * c_mm) / 2 / 1000 : null;
}
