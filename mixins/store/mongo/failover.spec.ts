import { mongoSource } from "@tests/support/mongo";
import { startReplicaSet, type ReplicaSet } from "@tests/support/replica-set";
import { tallies } from "@tests/support/store-conformance";
import { eventually } from "@tests/support/world";
import { mongoStore } from ".";

const meta = { at: 1, actor: "somebody", correlationId: "req_1", causationId: "req_1" };
const JOURNALS = 32;
const AFTER_EACH_FAULT = 300;

/** Confirmation that a writer received: this mark is commit `version` of the journal. */
interface Answered {
	readonly id: string;
	readonly version: number;
	readonly mark: number;
}

// The test kills servers, so it starts its own instead of using a given MONGO_URL.
(mongoSource() === "binary" ? describe : describe.skip)("a MongoDB whose primary goes (needs a mongod of its own: MONGOD_BINARY)", () => {
	let set: ReplicaSet;
	beforeAll(async () => {
		set = await startReplicaSet(3);
	}, 60_000);
	afterAll(() => set.stop());

	const node = async () => {
		const store = mongoStore(set.url, "tests");
		const collection = store.collection(tallies());
		await store.open();
		return { store, collection };
	};

	test("64 writers contend in pairs: no answered commit is lost, none is another's, no journal has a hole", async () => {
		const nodes = await Promise.all([node(), node()]);
		const answered: Answered[] = [];
		let [unknown, mark, writing] = [0, 0, true];
		const write = async ({ collection }: (typeof nodes)[number], id: string): Promise<void> => {
			while (writing) {
				const own = ++mark;
				try {
					const { version, state } = (await collection.load(id)) ?? {
						version: 0,
						state: { id, total: 0, group: "", padding: "" },
					};
					const next = { ...state, total: state.total + own };
					if (await collection.commit(id, version, [{ type: "tally.added", amount: own }], next, meta))
						answered.push({ id, version: version + 1, mark: own });
				} catch {
					unknown++; // or the load failed
				}
			}
		};
		const ids = Array.from({ length: JOURNALS }, (_, index) => `t${index}`);
		const writers = ids.flatMap((id) => nodes.map((each) => write(each, id)));
		const more = async (): Promise<void> => {
			const before = answered.length;
			await eventually(() => answered.length > before + AFTER_EACH_FAULT, "writers get on", 30_000);
		};
		await more();
		await set.stepDown();
		await more();
		const start = await set.killPrimary();
		await more();
		start();
		await more();
		writing = false;
		await Promise.all(writers);
		await Promise.all(nodes.map(({ store }) => store.close()));

		const { store, collection } = await node();
		const journals = new Map(await Promise.all(ids.map(async (id) => [id, await collection.history(id)] as const)));
		const lost = answered.filter(({ id, version, mark: own }) => {
			const [event] = journals.get(id)?.[version - 1]?.events ?? [];
			return event?.type !== "tally.added" || event.amount !== own;
		});
		expect(lost).toEqual([]);
		for (const [id, history] of journals) {
			expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
			const total = history
				.flatMap(({ events }) => events)
				.reduce((sum, event) => sum + (event.type === "tally.added" ? event.amount : 0), 0);
			expect(await collection.load(id)).toMatchObject({ version: history.length, state: { total } });
			// Another writer may have committed the same total.
			const found = await collection.find({ where: { total }, limit: ids.length });
			expect(found).toContainEqual(expect.objectContaining({ id, version: history.length }));
		}
		const stored = [...journals.values()].reduce((sum, { length }) => sum + length, 0);
		expect(stored - answered.length).toBeLessThanOrEqual(unknown);
		await store.close();
	}, 120_000);
});
