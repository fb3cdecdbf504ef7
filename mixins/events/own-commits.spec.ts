import { eventually } from "@tests/support/world";
import type { CommitKey, OwnCommit, UnpublishedCommit } from "../store/port";
import { ownCommits } from "./own-commits";

const meta = { at: 1, actor: "a", correlationId: "req_1", causationId: "req_1" };
const unpublished = (id: string, version: number): UnpublishedCommit => ({
	kind: "bell",
	id,
	version,
	meta,
	events: [{ type: "bell.rang" }],
});
const rang = (id: string, version: number): OwnCommit => ({ kind: "bell", id, version, unpublished: unpublished(id, version) });
const polished = (id: string, version: number): OwnCommit => ({ kind: "bell", id, version, unpublished: undefined });

/** @param left commits that other processes have left unpublished in the store */
const publishing = (left: readonly UnpublishedCommit[] = []) => {
	const published: string[] = [];
	const asked: string[][] = [];
	const errors: unknown[] = [];
	let publish = (_: readonly UnpublishedCommit[]): Promise<void> => Promise.resolve();
	const keyOf = ({ id, version }: CommitKey): string => `${id}${version}`;
	const own = ownCommits({
		unpublishedBefore(commits) {
			asked.push(commits.map(keyOf));
			return Promise.resolve(left.filter((one) => commits.some(({ id, version }) => id === one.id && version > one.version)));
		},
		async publish(commits) {
			await publish(commits);
			published.push(...commits.map(keyOf));
		},
		onError: (cause) => errors.push(cause),
	});
	own.start();
	return {
		own,
		published,
		asked,
		errors,
		publishBy(next: typeof publish) {
			publish = next;
		},
		/** Adds commits and waits until they are published or dropped. */
		async add(...commits: OwnCommit[]) {
			own.add(commits);
			await own.idle();
		},
	};
};

test("commits that follow each other are published without a question to the store", async () => {
	const { add, published, asked } = publishing();
	await add(rang("a", 1), rang("b", 1));
	await add(rang("a", 2), polished("b", 2));
	await add(polished("a", 3), rang("b", 3), rang("a", 4));
	expect(published).toEqual(["a1", "b1", "a2", "b3", "a4"]);
	expect(asked).toEqual([]);
});

test("what another process left unpublished goes first", async () => {
	const { add, published, asked } = publishing([unpublished("a", 2), unpublished("a", 3)]);
	await add(rang("a", 1));
	await add(rang("a", 4));
	await add(rang("a", 5));
	expect(asked).toEqual([["a4"]]);
	expect(published).toEqual(["a1", "a2", "a3", "a4", "a5"]);
});

test("a private commit behind another process's commit connects nothing", async () => {
	const { add, published, asked } = publishing([unpublished("a", 2)]);
	await add(rang("a", 1));
	await add(polished("a", 3), rang("a", 4));
	expect(asked).toEqual([["a4"]]);
	expect(published).toEqual(["a1", "a2", "a4"]);
});

test("commits of another process between two of one batch go between them", async () => {
	const { own, add, published } = publishing([unpublished("a", 2)]);
	own.add([rang("a", 1), rang("a", 3)]);
	await add();
	expect(published).toEqual(["a1", "a2", "a3"]);
});

test("a failed publication drops the queue, and the next commit brings what was dropped from the store", async () => {
	const { add, own, published, errors, publishBy } = publishing([unpublished("a", 1), unpublished("a", 2)]);
	publishBy(() => Promise.reject(new Error("the bus is away")));
	own.add([rang("a", 1)]);
	own.add([rang("a", 2)]);
	await own.idle();
	expect(own.oldest()).toBeUndefined();
	publishBy(() => Promise.resolve());
	await add(rang("a", 3));
	expect(published).toEqual(["a1", "a2", "a3"]);
	expect(errors).toHaveLength(1);
});

test("what the store cannot be asked for holds its followers back", async () => {
	const failing = ownCommits({
		unpublishedBefore: () => Promise.reject(new Error("no primary")),
		publish: () => Promise.reject(new Error("published all the same")),
		onError: (cause) => causes.push((cause as Error).message),
	});
	const causes: string[] = [];
	failing.start();
	failing.add([rang("a", 7)]);
	await failing.idle();
	expect(causes).toEqual(["no primary"]);
});

test("while the bus hangs, memory keeps a bounded number of commits; what was dropped keeps its place before later commits", async () => {
	const many = Array.from({ length: 6_000 }, (_, index) => unpublished("a", index + 2));
	const { own, published, publishBy } = publishing(many);
	const hanging = Promise.withResolvers<undefined>();
	publishBy(() => hanging.promise);
	own.add([rang("a", 1)]);
	for (const { version } of many) own.add([rang("a", version)]);
	expect(own.oldest()).toMatchObject({ version: 1 });
	publishBy(() => Promise.resolve());
	hanging.resolve(undefined);
	await own.idle();
	own.add([rang("a", 6_002)]);
	await own.idle();
	expect([...new Set(published)]).toEqual(Array.from({ length: 6_002 }, (_, index) => `a${index + 1}`));
});

test("commits made before the start are published at the start, those after the stop are left to the journals", async () => {
	const published: number[] = [];
	const own = ownCommits({
		unpublishedBefore: () => Promise.resolve([]),
		publish: (commits) => Promise.resolve(void published.push(...commits.map(({ version }) => version))),
		onError: () => undefined,
	});
	own.add([rang("a", 1)]);
	await own.idle();
	expect(published).toEqual([]);
	own.start();
	await eventually(() => published.length === 1);
	own.add([rang("a", 2)]);
	own.stop();
	own.add([rang("a", 3)]);
	await own.idle();
	expect(published).toEqual([1, 2]);
});
