/** A float64 as Go's `%v` prints it: with an exponent from 1e+06 on and below 1e-04. */
export function floatText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const [mantissa = '', power = ''] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
