import { randomBytes } from "node:crypto";
import { mongo } from "mongoose";
import { decider } from "@kernel/decider";
import { Actors } from "@mixins/actor";
import type { Kind } from "@mixins/store/port";
import { mongoStore } from "@mixins/store/mongo";
import { hotSku } from "./buying";

/** About as large as an order: its current document is written with each commit. */
interface Parcel {
	turns: number;
	readonly text: string;
}
interface Turned {
	readonly type: "parcel.turned";
	readonly by: number;
}

const TEXT = "x".repeat(1_200);
const parcel = decider<Parcel, Turned>()({
	initial: () => ({ turns: 0, text: TEXT }),
	commands: {
		turn: ({ by }: { by: number }) => [{ type: "parcel.turned", by }],
	},
	evolve: (state, { by }) => {
		state.turns += by;
		return state;
	},
});
const parcels: Kind<Parcel, Turned> = {
	name: "parcel",
	revision: 1,
	initial: parcel.initial,
	evolve: parcel.evolve,
	fields: { turns: { value: ({ turns }) => turns, indexed: true } },
	publishes: ["parcel.turned"],
};

const AGGREGATES = 2_000;
const META = { at: 1, actor: "bench", correlationId: "bench", causationId: "bench" };

/** @returns how many a second */
const timed = async (turns: number, atOnce: number, work: (turn: number) => Promise<unknown>): Promise<number> => {
	let next = 0;
	const begun = performance.now();
	const worker = async (): Promise<void> => {
		for (let turn = next++; turn < turns; turn = next++) await work(turn);
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return Math.round((turns * 1_000) / (performance.now() - begun));
};

const onDatabase = async (url: string, run: (url: string) => Promise<void>): Promise<void> => {
	const client = new mongo.MongoClient(url);
	const database = `tianguis_bench_${randomBytes(6).toString("hex")}`;
	const own = new URL(url);
	own.pathname = `/${database}`;
	try {
		await run(own.href);
	} finally {
		await client.db(database).dropDatabase();
		await client.close();
	}
};

const commits = async (url: string, turns: number, atOnce: number): Promise<void> => {
	const store = mongoStore(url, "bench");
	const actors = new Actors(parcel, store.collection(parcels), { exclusive: store.exclusive });
	await store.open();
	const id = (turn: number): string => `parcel_${turn % AGGREGATES}`;
	const turn = (at: number) => actors.send(id(at), "turn", { by: 1 }, ({ turns: seen }) => seen, META);
	console.log(`first commits of ${AGGREGATES} aggregates, ${atOnce} at once: ${await timed(AGGREGATES, atOnce, turn)} per second`);
	console.log(`commits over ${AGGREGATES} aggregates, ${atOnce} at once: ${await timed(turns, atOnce, turn)} per second`);
	const look = (at: number) => actors.read(id(at), ({ turns: seen }) => seen);
	console.log(`confirmed reads of them, ${atOnce} at once: ${await timed(turns, atOnce, look)} per second`);
	await store.close();
};

/** The journals in a MongoDB: every commit on the disks of a majority, and its current document written, before it is answered. */
export const journals = async (url: string, smoke: boolean): Promise<void> => {
	const turns = smoke ? 2_000 : 50_000;
	for (const atOnce of [64, 256]) {
		await onDatabase(url, (own) => commits(own, turns, atOnce));
		await onDatabase(url, async (own) => {
			const perSecond = await hotSku(turns, atOnce, { MONGO_URL: own });
			console.log(`reservations of one SKU, ${atOnce} buyers: ${perSecond} per second`);
		});
	}
};
