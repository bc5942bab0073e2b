// What an app does with the types: narrow a change by its kind, write mutations, read results. A line marked as an error has to be one.
import type { Mutation, PushRequest, PushResponse, RowChange } from "./types";

export function shown(change: RowChange): string | null {
  if (change.op === "put" && change.t === "ticket") return change.row.text;
  if (change.op === "put" && change.t === "work_order") return change.row.state;
  return null;
}

const decline: Mutation = { seq: 1, id: "m1", cmd: "work.decline", entity: "w1", epoch: 3, args: { reason: "too far" } };
// @ts-expect-error The reason is missing.
const without: Mutation = { seq: 2, id: "m2", cmd: "work.decline", entity: "w1", args: {} };
// @ts-expect-error There is no such command.
const unknown: Mutation = { seq: 3, id: "m3", cmd: "work.forget", entity: "w1", args: {} };

export const push: PushRequest = { device: "d1", mutations: [decline, without, unknown] };

export function open(response: PushResponse): string[] {
  return response.results.map((result) => (result.status === "held" ? (result.id ?? "?") : ""));
}
