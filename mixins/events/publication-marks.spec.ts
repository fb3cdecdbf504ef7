import { eventually } from "@tests/support/world";
import type { UnpublishedCommit } from "../store/port";
import { publicationMarks } from "./publication-marks";

const commit = (version: number) => ({ kind: "bell", id: "a", version }) as UnpublishedCommit;

test("are gathered, and written by themselves", async () => {
	const written: number[][] = [];
	const made = publicationMarks(
		(some) => Promise.resolve(void written.push(some.map(({ version }) => version))),
		() => undefined,
	);
	made.add([commit(1)]);
	made.add([commit(2), commit(3)]);
	expect(written).toEqual([]);
	await eventually(() => written.length > 0, "they are written");
	expect(written).toEqual([[1, 2, 3]]);
	await made.flush();
	expect(written).toHaveLength(1);
});

test("that could not be written are reported, and hold back no others", async () => {
	const written: number[][] = [];
	const errors: unknown[] = [];
	const made = publicationMarks(
		(some) => {
			if (some[0]!.version === 1) return Promise.reject(new Error("no primary"));
			written.push(some.map(({ version }) => version));
			return Promise.resolve();
		},
		(cause) => errors.push(cause),
	);
	made.add([commit(1)]);
	await made.flush();
	made.add([commit(2)]);
	await made.flush();
	expect(errors).toHaveLength(1);
	expect(written).toEqual([[2]]);
});
