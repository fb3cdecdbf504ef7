import mongoose from "mongoose";
import { describeMongo, startMongo, type Mongo } from "@tests/support/mongo";
import { tallies } from "@tests/support/store-conformance";
import { mongoStore } from ".";
import { connect } from "./connection";
import { migrate, statusOf, STEPS, type Step } from "./migration-runner";

describeMongo("migrations of MongoDB", () => {
	let mongo: Mongo;
	let database: string;
	let count = 0;
	const open: { close(): Promise<void> }[] = [];

	beforeAll(async () => {
		mongo = await startMongo();
	}, 60_000);
	afterAll(() => mongo.stop());
	beforeEach(() => (database = `tianguis_migrations_${process.pid}_${count++}`));
	afterEach(async () => {
		await Promise.all(open.splice(0).map((each) => each.close()));
		await mongo.drop(database);
	});

	const started = async (steps: readonly Step[], kind = tallies()) => {
		const store = mongoStore(mongo.url(database), "tests", undefined, steps);
		open.push(store);
		const collection = store.collection(kind);
		await store.open();
		return collection;
	};
	const connected = async () => {
		const own = await connect(mongo.url(database), "tests", { warn: () => undefined });
		open.push(own);
		return own;
	};
	const raw = async <T>(run: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> => {
		const client = await mongoose.mongo.MongoClient.connect(mongo.url(database));
		return run(client.db()).finally(() => client.close());
	};
	const step = (up: Step["up"]): readonly Step[] => [...STEPS, { version: STEPS.length + 1, name: "one more", up }];
	const codes = (outcomes: readonly PromiseSettledResult<unknown>[]) => outcomes.map(({ status }) => status);

	test("of nodes that start at the same moment one takes the step, and the others wait for it", async () => {
		await started(STEPS);
		let [taken, done] = [0, false];
		const steps = step(async () => {
			taken++;
			await new Promise((resolve) => setTimeout(resolve, 300));
			done = true;
		});
		const nodes = Array.from({ length: 4 }, () => started(steps).then(() => done));
		expect(await Promise.all(nodes)).toEqual([true, true, true, true]);
		expect(taken).toBe(1);
		const status = await statusOf(await connected(), steps);
		expect(status).toMatchObject({ version: STEPS.length + 1 });
		expect(status).not.toHaveProperty("failed");
		expect(status).not.toHaveProperty("holder");
		expect(Object.keys(status.appliedAt)).toEqual(steps.map(({ version }) => String(version)));
	});

	test("a step that fails is remembered, nobody starts, and it is tried again when somebody says so", async () => {
		await started(STEPS);
		let broken = true;
		const steps = step(() => (broken ? Promise.reject(new Error("the disk is full")) : Promise.resolve()));
		expect(codes(await Promise.allSettled([started(steps), started(steps)]))).toEqual(["rejected", "rejected"]);
		const own = await connected();
		expect(await statusOf(own, steps)).toMatchObject({
			version: STEPS.length,
			failed: { version: STEPS.length + 1, name: "one more", error: "the disk is full" },
		});
		broken = false;
		await expect(started(steps)).rejects.toThrow(/npm run migrate/);
		expect(await migrate(own, steps, true)).toEqual([{ version: STEPS.length + 1, name: "one more" }]);
		expect(await statusOf(own, steps)).not.toHaveProperty("failed");
		await started(steps);
	});

	test("the step of a node that died is taken by another, once its lease has run out", async () => {
		await started(STEPS);
		await raw((db) =>
			db
				.collection<{ _id: string }>("leases")
				.insertOne({ _id: "migrations", holder: "a node that died", until: Date.now() + 800 } as never),
		);
		const own = await connected();
		let taken = 0;
		const steps = step(() => Promise.resolve(void taken++));
		expect(await statusOf(own, steps)).toMatchObject({ holder: "a node that died" });
		await started(steps);
		expect(taken).toBe(1);
	});

	test("an older program is refused", async () => {
		await started(step(() => Promise.resolve()));
		await expect(started(STEPS)).rejects.toThrow(/newer version of the program/);
	});

	test("documents that mean something else by now are made again by one node, and the others wait for it", async () => {
		const collection = await started(STEPS);
		const aggregates = 300;
		await Promise.all(
			Array.from({ length: aggregates }, (_, index) =>
				collection.commit(
					`t${index}`,
					0,
					[{ type: "tally.added", amount: index }],
					{ id: `t${index}`, total: index, group: "", padding: "" },
					{ at: 1, actor: "somebody", correlationId: "req_1", causationId: "req_1" },
				),
			),
		);
		let evolved = 0;
		const kind = tallies(2, { double: { value: ({ total }) => 2 * total, indexed: true } });
		const counted: typeof kind = { ...kind, evolve: (state, event) => (evolved++, kind.evolve(state, event)) };
		const nodes = await Promise.all([1, 2, 3].map(() => started(STEPS, counted)));
		for (const node of nodes) expect(await node.count({ double: { from: 0 } })).toBe(aggregates);
		expect(evolved).toBe(aggregates);
	});
});
