import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { CloudEvent, CommitMeta } from "@kernel/envelope";
import { isRejection } from "@kernel/rejection";
import { Actors } from "../actor";
import type { Store } from "../store/port";
import type { DeadLetter, DeadLetters, EventBus, Subscription } from "./bus";
import { deliveries, delivery, type Delivery } from "./delivery";

const HANDLER_TIMEOUT_MS = 10_000;
const SUBJECTS_AT_ONCE = 64;
const LETTERS = 1_000;
/** The longest that a timer sleeps: the clock may be moved under it. */
const LOOK_AGAIN_MS = 250;

/** One consumer's deliveries for one subject that did not succeed: the first is tried again when it is due, the others wait behind it. */
interface Chain {
	readonly subscription: Subscription<EventContract>;
	readonly waiting: { readonly id: string; readonly event: CloudEvent; dueAt: number }[];
	timer: NodeJS.Timeout | undefined;
}

const inTime = async (work: Promise<void>): Promise<void> => {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(new Error(`the consumer took more than ${HANDLER_TIMEOUT_MS} ms`));
		}, HANDLER_TIMEOUT_MS);
	});
	await Promise.race([work, late]).finally(() => {
		clearTimeout(timer);
	});
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).slice(0, 500);

/**
 * The bus of one process. What a consumer takes at once costs no write; what it does not is kept as a delivery in the store, is tried again
 * with growing delays, and ends among the dead letters. All of that survives a restart.
 */
export const localBus = (
	store: Store,
	clock: Clock,
	onError: (cause: unknown, about: { consumer: string; event: CloudEvent }) => void,
): EventBus & DeadLetters => {
	const collection = store.collection(deliveries);
	const actors = new Actors(delivery, collection, { exclusive: store.exclusive });
	const consumers = new Map<string, Subscription<EventContract>[]>();
	const chains = new Map<string, Chain>();
	const underWay = new Set<Promise<unknown>>();
	let stopped = true;

	const cause = (event: CloudEvent): CommitMeta => ({
		at: clock(),
		actor: "bus",
		correlationId: event.correlationid,
		causationId: event.id,
	});
	const keyOf = (consumer: string, subject: string): string => `${consumer} ${subject}`;
	const idOf = (consumer: string, event: CloudEvent): string => `${consumer}|${event.id}`;

	/** @returns when it is due again; null where it is dead */
	const failed = async (consumer: string, event: CloudEvent, error: unknown): Promise<number | null> => {
		onError(error, { consumer, event });
		const command = { consumer, event, error: messageOf(error), at: clock() };
		const view = ({ status, dueAt }: Delivery) => (status === "waiting" ? dueAt : null);
		const outcome = await actors.send(idOf(consumer, event), "fail", command, view, cause(event));
		if (isRejection(outcome)) throw new Error(outcome.rejected);
		return outcome;
	};

	const arm = (key: string, chain: Chain): void => {
		const head = chain.waiting[0];
		if (!head) {
			chains.delete(key);
			return;
		}
		if (stopped) return;
		clearTimeout(chain.timer);
		chain.timer = setTimeout(
			() => {
				const run = retry(key, chain).catch((error: unknown) => {
					onError(error, { consumer: chain.subscription.name, event: head.event });
					head.dueAt = clock() + 1_000;
					arm(key, chain);
				});
				underWay.add(run);
				void run.finally(() => underWay.delete(run));
			},
			Math.min(LOOK_AGAIN_MS, Math.max(0, head.dueAt - clock())),
		).unref();
	};

	const retry = async (key: string, chain: Chain): Promise<void> => {
		const head = chain.waiting[0]!;
		if (head.dueAt > clock()) {
			arm(key, chain);
			return;
		}
		try {
			await inTime(chain.subscription.handle(head.event));
		} catch (error) {
			const dueAt = await failed(chain.subscription.name, head.event, error);
			if (dueAt === null) chain.waiting.shift();
			else head.dueAt = dueAt;
			arm(key, chain);
			return;
		}
		await actors.send(head.id, "succeed", {}, () => null, cause(head.event));
		chain.waiting.shift();
		arm(key, chain);
	};

	const wait = (subscription: Subscription<EventContract>, event: CloudEvent, dueAt: number): void => {
		const key = keyOf(subscription.name, event.subject);
		const chain = chains.get(key) ?? { subscription, waiting: [], timer: undefined };
		chains.set(key, chain);
		const id = idOf(subscription.name, event);
		if (chain.waiting.some((letter) => letter.id === id)) return;
		chain.waiting.push({ id, event, dueAt });
		if (chain.waiting.length === 1) arm(key, chain);
	};

	const deliver = async (subscription: Subscription<EventContract>, event: CloudEvent): Promise<void> => {
		const { name } = subscription;
		if (chains.has(keyOf(name, event.subject))) {
			await actors.send(idOf(name, event), "queue", { consumer: name, event, at: clock() }, () => null, cause(event));
			wait(subscription, event, clock());
			return;
		}
		try {
			await inTime(subscription.handle(event));
		} catch (error) {
			const dueAt = await failed(name, event, error);
			if (dueAt !== null) wait(subscription, event, dueAt);
		}
	};

	const named = (name: string) => [...consumers.values()].flat().find((subscription) => subscription.name === name);

	const toLetter = (id: string, { consumer, event, attempts, firstFailedAt, lastError }: Delivery): DeadLetter => ({
		id,
		consumer,
		event: event!,
		attempts,
		firstFailedAt,
		lastError,
	});

	return {
		subscribe(subscription) {
			const { type } = subscription.event;
			consumers.set(type, [...(consumers.get(type) ?? []), subscription]);
			return Promise.resolve();
		},

		async publish(events) {
			const bySubject = Map.groupBy(
				events.filter(({ type }) => consumers.has(type)),
				({ subject }) => subject,
			);
			const groups = [...bySubject.values()];
			const worker = async (): Promise<void> => {
				for (let group = groups.pop(); group; group = groups.pop()) {
					for (const event of group)
						await Promise.all((consumers.get(event.type) ?? []).map((subscription) => deliver(subscription, event)));
				}
			};
			await Promise.all(Array.from({ length: Math.min(SUBJECTS_AT_ONCE, groups.length) }, worker));
		},

		async start() {
			stopped = false;
			for (let after: { value: string; id: string } | undefined; ;) {
				const page = await collection.find({ orderBy: { field: "open" }, limit: LETTERS, ...(after && { after }) });
				for (const { id, state } of page) {
					const subscription = named(state.consumer);
					if (subscription && state.event) wait(subscription, state.event, state.dueAt);
					after = { value: state.event?.time ?? "", id };
				}
				if (page.length < LETTERS) return;
			}
		},

		async stop() {
			stopped = true;
			for (const { timer } of chains.values()) clearTimeout(timer);
			await Promise.allSettled(underWay);
		},

		async listDeadLetters(limit, after) {
			const page = await collection.find({
				orderBy: { field: "dead", descending: true },
				limit,
				...(after && { after: { value: after.firstFailedAt, id: after.id } }),
			});
			return page.map(({ id, state }) => toLetter(id, state));
		},

		countDeadLetters: () => collection.count({ status: "dead" }),

		async replayDeadLetter(id) {
			const letter = await actors.read(id, (state) => state);
			const subscription = letter && named(letter.consumer);
			if (!letter?.event || letter.status !== "dead" || !subscription) return false;
			const outcome = await actors.send(id, "replay", { at: clock() }, () => true, cause(letter.event));
			if (isRejection(outcome)) return false;
			wait(subscription, letter.event, clock());
			return true;
		},
	};
};
