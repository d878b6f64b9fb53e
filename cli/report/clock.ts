import { localParts, toDate } from '../terminal/local-time.ts';

type Moment = Date | string;

/**
 * Writes the times of one report: the zone and the year are said once, with its first line, and again only where they differ.
 */
export class ReportClock {
  readonly #year: number;
  readonly #offset: string;

  /** @param startedAt of the run that is reported */
  constructor(startedAt: Date) {
    this.#year = startedAt.getFullYear();
    this.#offset = localParts(startedAt).offset;
  }

  /** @returns such as `28 Nov 01:30–01:31 +07:00`; with the year where it is not the one of `now` */
  span(from: Date, to: Date, now: Date): string {
    const isThisYear = from.getFullYear() === now.getFullYear() && to.getFullYear() === now.getFullYear();
    const [start, end] = [from, to].map(moment => this.#parts(moment, isThisYear)) as [Parts, Parts];
    const first =
      start.offset === end.offset ? `${start.day} ${start.time}` : `${start.day} ${start.time} ${start.offset}`;
    return `${first}${this.#until(start, end)} ${end.offset}`;
  }

  /** @returns such as `27 Nov 01:30` */
  moment(moment: Moment): string {
    const { day, time, offset } = this.#parts(toDate(moment));
    return `${day} ${time}${offset === this.#offset ? '' : ` ${offset}`}`;
  }

  /** @returns such as `27 Nov 01:30–01:31`, or `25 Nov 01:30 to 27 Nov 01:31` */
  range(from: Date, to: Date): string {
    const [start, end] = [this.#parts(from), this.#parts(to)];
    if (start.day !== end.day || start.offset !== end.offset) return `${this.moment(from)} to ${this.moment(to)}`;
    return `${start.day} ${start.time}${this.#until(start, end)}${end.offset === this.#offset ? '' : ` ${end.offset}`}`;
  }

  /** @returns a sentence of the service, in which times stand as `2023-10-31 00:00:00 UTC`, with those of this clock */
  inText(text: string): string {
    return text.replace(/(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC/g, (all, time: string) =>
      Number.isNaN(toDate(time).getTime()) ? all : this.moment(time),
    );
  }

  #until(start: Parts, end: Parts): string {
    if (start.day !== end.day) return ` to ${end.day} ${end.time}`;
    return start.time === end.time && start.offset === end.offset ? '' : `–${end.time}`;
  }

  #parts(moment: Date, isYearKnown = moment.getFullYear() === this.#year): Parts {
    const { date, time, offset } = localParts(moment);
    return { day: isYearKnown ? date.replace(/ \d+$/, '') : date, time, offset };
  }
}

interface Parts {
  readonly day: string;
  readonly time: string;
  readonly offset: string;
}
