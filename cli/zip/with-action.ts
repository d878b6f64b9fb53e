/**
 * Names the action and its file in the error of a system call, which often names neither (`ENOSPC: …, write`).
 * @param action what is being done and to which file; completes "could not …"
 * @throws Error with the failure of `work` as its `cause`
 */
export async function withAction<T>(action: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`could not ${action}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
