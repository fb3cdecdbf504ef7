import { randomBytes } from "node:crypto";
import { mongo } from "mongoose";
import { decider } from "@kernel/decider";
import { Actors } from "@mixins/actors/actor";
import type { Kind } from "@mixins/store/port";
import { mongoStore } from "@mixins/store/mongo";
import { hotSku } from "./buying";
import type { Row } from "./report";
import { withDatabase } from "./urls";

/** Test aggregate about as large as an order. Its current document is written with each commit. */
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
	evolve: (state, { by }) => ({ ...state, turns: state.turns + by }),
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

/** @returns turns per second */
const timed = async (turns: number, atOnce: number, work: (turn: number) => Promise<unknown>): Promise<number> => {
	let next = 0;
	const begun = performance.now();
	const worker = async (): Promise<void> => {
		for (let turn = next++; turn < turns; turn = next++) await work(turn);
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return Math.round((turns * 1_000) / (performance.now() - begun));
};

/** Runs with a temporary database, which is dropped afterwards. */
const onDatabase = async <T>(url: string, run: (url: string) => Promise<T>): Promise<T> => {
	const client = new mongo.MongoClient(url);
	const database = `tianguis_bench_${randomBytes(6).toString("hex")}`;
	try {
		return await run(withDatabase(url, database));
	} finally {
		await client.db(database).dropDatabase();
		await client.close();
	}
};

const row = (name: string, perSecond: number): Row => ({ name, unit: "/s", figures: [{ build: "this", values: [perSecond] }] });

const commits = async (url: string, turns: number, atOnce: number): Promise<Row[]> => {
	const store = mongoStore(url, "bench");
	const actors = new Actors(parcel, store.collection(parcels), { exclusive: store.exclusive });
	await store.open();
	const id = (turn: number): string => `parcel_${turn % AGGREGATES}`;
	const turn = (at: number) => actors.send(id(at), "turn", { by: 1 }, ({ turns: seen }) => seen, META);
	const look = (at: number) => actors.read(id(at), ({ turns: seen }) => seen);
	const rows = [
		row(`first commits of ${AGGREGATES} aggregates, ${atOnce} at once`, await timed(AGGREGATES, atOnce, turn)),
		row(`commits over ${AGGREGATES} aggregates, ${atOnce} at once`, await timed(turns, atOnce, turn)),
		row(`confirmed reads of them, ${atOnce} at once`, await timed(turns, atOnce, look)),
	];
	await store.close();
	return rows;
};

/** Measures journals in MongoDB. Each commit is on the disks of a majority, and its document is written, before it is confirmed. */
export const journals = async (url: string, smoke: boolean): Promise<Row[]> => {
	const turns = smoke ? 2_000 : 50_000;
	const rows: Row[] = [];
	for (const atOnce of [64, 256]) {
		rows.push(...(await onDatabase(url, (own) => commits(own, turns, atOnce))));
		const reserved = await onDatabase(url, (own) => hotSku(turns, atOnce, { MONGO_URL: own }));
		rows.push(row(`reservations of one SKU, ${atOnce} at once`, reserved));
	}
	return rows;
};
