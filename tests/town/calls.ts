/** What the tests of a town's calls share. */
import { AppError } from "../../store/schema/errors.ts";
import { TestTown, type TestTownOptions } from "./test-town.ts";

/** A town with the rig `sample`, whose driver is the script. */
export async function withRig(options: TestTownOptions = {}): Promise<TestTown> {
  const town = await TestTown.start(options);
  await town.addRig();
  return town;
}

/** The refusal of a call; fails when it is not refused. */
export async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${JSON.stringify(error)}`);
  return error;
}
