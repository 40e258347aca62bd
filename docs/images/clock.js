/** Makes the program take the morning after `TRIBUTARY_DEMO_NOW` for now, so that the demo's last month is under way in its pictures. */
const Real = Date;
const NINE_HOURS_MS = 9 * 3_600_000;
const offset = Real.parse(process.env.TRIBUTARY_DEMO_NOW) + NINE_HOURS_MS - Real.now();
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + offset);
    else super(...given);
  }
  static now() {
    return Real.now() + offset;
  }
};
