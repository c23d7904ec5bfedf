import { expect, it } from "vitest";
import { RunQueue } from "./run-queue.ts";

const gate = (): { opened: Promise<void>; open: () => void } => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

it("runs so many at once, in the order in which they came", async () => {
  const queue = new RunQueue(2);
  const gates = [gate(), gate(), gate()];
  const order: number[] = [];
  const runs = gates.map(({ opened }, n) =>
    queue.run(async () => {
      order.push(n);
      await opened;
    }),
  );
  await Promise.resolve();
  expect(order).toEqual([0, 1]);
  expect(queue.state).toEqual({ running: 2, waiting: 1 });
  gates[1]?.open();
  await runs[1];
  await Promise.resolve();
  expect(order).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(runs);
  expect(queue.state).toEqual({ running: 0, waiting: 0 });
});

it("gives its place back when work fails", async () => {
  const queue = new RunQueue(1, 0);
  await expect(queue.run(() => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
  await expect(queue.run(() => Promise.resolve(1))).resolves.toBe(1);
});

it("refuses when full and when closing", async () => {
  const queue = new RunQueue(1, 0);
  const { opened, open } = gate();
  const first = queue.run(() => opened);
  await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ facts: { status: 503, code: "busy" } });
  const drained = queue.drain();
  await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ facts: { code: "closing" } });
  open();
  await first;
  await drained;
});
