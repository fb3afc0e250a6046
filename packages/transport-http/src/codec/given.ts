/** What has been given so far, by small numbers. */
export class Given {
  private first = 0;
  private rest: Set<number> | undefined;

  /** Whether it had not been given before. */
  add(index: number): boolean {
    if (index < 31) {
      const bit = 1 << index;
      if ((this.first & bit) !== 0) return false;
      this.first |= bit;
      return true;
    }
    this.rest ??= new Set();
    if (this.rest.has(index)) return false;
    this.rest.add(index);
    return true;
  }
}
