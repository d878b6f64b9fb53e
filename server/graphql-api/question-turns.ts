import { FairTurns } from '../process/fair-turns.ts';

/**
 * Shares a few places among the questions of all clients. The client that has asked least goes first, so that one who asks
 * many keeps no other waiting; the questions of one client go in the order in which they came.
 */
export class QuestionTurns {
  readonly #turns: FairTurns;
  /** Of each client that has a question now. */
  readonly #clients = new Map<string | undefined, { asked: number; open: number }>();

  /** @param places how many questions are worked on at a time */
  constructor(places: number) {
    this.#turns = new FairTurns({ places, slice: Infinity, maxBegun: Infinity });
  }

  /**
   * Works on a question when it is its turn.
   * @param client the name of a token; undefined for all who need none
   */
  async run<T>(client: string | undefined, task: () => Promise<T>): Promise<T> {
    const questions = this.#clients.get(client) ?? { asked: 0, open: 0 };
    this.#clients.set(client, questions);
    questions.open += 1;
    questions.asked += 1;
    try {
      using _place = await this.#turns.place(questions.asked);
      return await task();
    } finally {
      questions.open -= 1;
      if (questions.open === 0) this.#clients.delete(client);
    }
  }
}
