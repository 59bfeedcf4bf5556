/** An option that cannot be followed: the user is told in one line. */
export class BadOption extends Error {
  override readonly name = 'BadOption';
}
