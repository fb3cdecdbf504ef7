import { Errors } from "moleculer";
import type { CommandOf, Commands, Decider, RejectionOf } from "@kernel/decider";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Collection, Loaded } from "../store/port";

type Projection<State, Seen> = (state: State, version: number) => Seen;

interface Message<State, Event> {
	readonly decide: (state: State) => readonly Event[] | Rejection;
	readonly view: Projection<State, unknown>;
	readonly meta: CommitMeta;
	/** Expected version. Any other is rejected with PRECONDITION_FAILED. */
	readonly expected?: number | undefined;
	/** Returns a rejection if the sender may not do this. Decided before the command, on the same state. */
	readonly guard?: ((state: State) => Rejection | undefined) | undefined;
	/** The sender expects that the aggregate does not exist. The first commit is attempted before anything is read. */
	readonly isNew?: boolean;
	readonly reply: (outcome: unknown) => void;
	readonly fail: (cause: unknown) => void;
}

type Draft<State, Event> = Omit<Message<State, Event>, "reply" | "fail">;

export interface ActorLimits {
	/** Maximum number of actors in memory. The least recently used ones are evicted. */
	readonly capacity: number;
	/** Maximum mailbox length per actor. Further messages are rejected with UNAVAILABLE. */
	readonly mailbox: number;
	/** Maximum number of messages per commit. 1 if clients see the version as an ETag, so that each change has its own version. */
	readonly batch: number;
}

const DEFAULT_LIMITS: ActorLimits = { capacity: 10_000, mailbox: 10_000, batch: 256 };
const MAX_ATTEMPTS = 10;

/** Dependencies that all actors of a kind share. */
interface ActorDeps<State, Event> {
	readonly decider: Decider<State, Event, Commands<State, Event>>;
	readonly collection: Collection<State, Event>;
	/** Whether this process owns the store, so that its cached state needs no confirmation. */
	readonly exclusive: boolean;
	readonly onCommitted: ((id: string, state: State, version: number, events: readonly Event[]) => void) | undefined;
	readonly limits: ActorLimits;
	/** Number of messages in all mailboxes. */
	waiting: number;
}

/**
 * One aggregate in memory. The messages in its mailbox are decided one after another and committed together.
 *
 * Another node may hold an actor for the same id. Every reply, also a rejection, is therefore confirmed against the stored version. On a conflict
 * the state is reloaded and the batch is decided again.
 */
class Actor<State, Event> {
	private mailbox: Message<State, Event>[] = [];
	private known: Loaded<State> | undefined;
	busy = false;

	constructor(
		private readonly id: string,
		private readonly home: ActorDeps<State, Event>,
	) {}

	/** Last loaded or committed state. Undefined while a batch is decided, because `evolve` may change the state in place. */
	peek(): Loaded<State> | undefined {
		return this.known;
	}

	get waiting(): number {
		return this.mailbox.length;
	}

	receive(letter: Message<State, Event>): void {
		this.mailbox.push(letter);
		this.home.waiting += 1;
		if (!this.busy) void this.work();
	}

	private async work(): Promise<void> {
		this.busy = true;
		await Promise.resolve(); // messages of this turn of the event loop share the batch
		while (this.mailbox.length > 0) {
			const batch = this.mailbox.splice(0, this.home.limits.batch);
			this.home.waiting -= batch.length;
			this.home.collection.meter?.batch(batch.length);
			try {
				await this.answer(batch);
			} catch (cause) {
				this.known = undefined;
				for (const { fail } of batch) fail(cause);
			}
		}
		this.busy = false;
	}

	/** Replies to each message. A message that throws fails alone: the others are decided and committed without it. */
	private async answer(messages: readonly Message<State, Event>[]): Promise<void> {
		const { decider, collection, exclusive, onCommitted } = this.home;
		let batch = messages;
		for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			const { known } = this;
			// Only the first commit shows whether a new aggregate exists. No other reply may assume that it does not.
			const isAssumed = !known && attempt === 0 && batch.every(({ isNew }) => isNew);
			const found: Loaded<State> = known ??
				(isAssumed ? undefined : await collection.load(this.id)) ?? { version: 0, state: decider.initial(this.id) };
			this.known = undefined; // `evolve` may change the state in place, so it is not shared before the commit
			const { version } = found;
			const decided = this.decide(batch, found);
			if ("broken" in decided) {
				// The state may hold a part of the change, so it is discarded. A message fails only on a state that was just loaded.
				if (known || isAssumed) continue;
				const { message, cause } = decided.broken;
				message.fail(cause);
				batch = batch.filter((other) => other !== message);
				if (batch.length === 0) return;
				attempt--; // the batch has become shorter, so this ends
				continue;
			}
			const changed = decided.events.length > 0;
			if (!changed && isAssumed) continue;
			const isCurrent = exclusive || !known; // a state loaded after the messages arrived needs no confirmation
			const confirmed = changed
				? await collection.commit(this.id, version, decided.events, decided.state, decided.meta)
				: isCurrent || (await collection.version(this.id)) === version;
			if (!confirmed) continue;
			const now = changed ? version + 1 : version;
			this.known = { version: now, state: decided.state, ...(found.removed && !changed && { removed: true }) };
			if (changed) onCommitted?.(this.id, decided.state, now, decided.events);
			for (const settle of decided.outcomes) settle();
			return;
		}
		throw new Error(`${this.id}: gave up after ${MAX_ATTEMPTS} concurrent modifications`);
	}

	/** The commit carries the metadata of the first message that changes something. The other messages arrived at the same time. */
	private decide(batch: readonly Message<State, Event>[], { version, state: before, removed }: Loaded<State>) {
		const events: Event[] = [];
		const seen = removed ? 0 : version; // clients never see the version of the removal
		let state = before;
		let meta = batch[0]!.meta;
		const outcomes: (() => void)[] = [];
		for (const message of batch) {
			const current = events.length > 0 ? version + 1 : seen;
			let outcome: ReturnType<typeof message.decide>;
			try {
				const isStale = message.expected !== undefined && (message.expected !== seen || events.length > 0);
				outcome = message.guard?.(state) ?? (isStale ? reject("PRECONDITION_FAILED") : message.decide(state));
			} catch (cause) {
				outcomes.push(() => {
					message.fail(cause);
				});
				continue;
			}
			let reply: unknown = outcome;
			if (!isRejection(outcome)) {
				try {
					state = outcome.reduce(this.home.decider.evolve, state);
					reply = message.view(state, outcome.length > 0 ? version + 1 : current);
				} catch (cause) {
					return { broken: { message, cause } };
				}
				if (outcome.length > 0 && events.length === 0) meta = message.meta;
				events.push(...outcome);
			}
			outcomes.push(() => {
				message.reply(reply);
			});
		}
		return { state, events, outcomes, meta };
	}
}

/** The actors of one kind on this node. An actor is created on first use and evicted when others need the room. */
export class Actors<State, Event, C extends Commands<State, Event>> {
	private readonly active = new Map<string, Actor<State, Event>>();
	private hand = this.active.entries();
	private readonly home: ActorDeps<State, Event>;

	constructor(
		decider: Decider<State, Event, C>,
		collection: Collection<State, Event>,
		options: {
			readonly exclusive: boolean;
			readonly limits?: Partial<ActorLimits>;
			/** Called in the turn in which the commit is durable, before the reply, to update a read model in memory. Must not throw. */
			readonly committed?: (id: string, state: State, version: number, events: readonly Event[]) => void;
		},
	) {
		this.home = {
			decider,
			collection,
			exclusive: options.exclusive,
			onCommitted: options.committed,
			limits: { ...DEFAULT_LIMITS, ...options.limits },
			waiting: 0,
		};
		collection.meter?.observeStats(() => this.stats());
	}

	/**
	 * @param view extracts the reply from the state after the command. It must copy, because the state may change afterwards.
	 * @returns the reply once the commit is durable, or the rejection
	 * @throws UNAVAILABLE (retryable) if the mailbox of this aggregate is full
	 */
	send<Name extends keyof C & string, Seen>(
		id: string,
		name: Name,
		command: CommandOf<C[Name]>,
		view: Projection<State, Seen>,
		meta: CommitMeta,
	): Promise<Seen | RejectionOf<C[Name]>> {
		return this.post(id, this.command(name, command, view, meta)) as Promise<Seen | RejectionOf<C[Name]>>;
	}

	/**
	 * `send` to an aggregate that most likely does not exist yet. The first commit is attempted without a load. If the aggregate exists, or if the command
	 * rejects or changes nothing, the state is loaded and the command decided again. The outcome is always that of `send`.
	 */
	create<Name extends keyof C & string, Seen>(
		id: string,
		name: Name,
		command: CommandOf<C[Name]>,
		view: Projection<State, Seen>,
		meta: CommitMeta,
	): Promise<Seen | RejectionOf<C[Name]>> {
		return this.post(id, { ...this.command(name, command, view, meta), isNew: true }) as Promise<Seen | RejectionOf<C[Name]>>;
	}

	/**
	 * Reads the cached state, or loads it. The result is unconfirmed: another node may have changed the aggregate since. Use it only before a command to
	 * the same aggregate that decides everything again, or if nothing is decided. Never reject because of it; `read` confirms.
	 *
	 * @param view called at once; must copy, like that of `send`
	 */
	async peek<Seen>(id: string, view: Projection<State, Seen>): Promise<Seen | undefined> {
		const known = this.active.get(id)?.peek();
		if (known === undefined) return this.read(id, view);
		return known.version === 0 || known.removed ? undefined : view(known.state, known.version);
	}

	/**
	 * `send` with conditions that are decided on the same state as the command.
	 *
	 * @param expected version from If-Match; any other is rejected with PRECONDITION_FAILED
	 * @param guard returns a rejection if the sender may not do this; decided first
	 */
	sendExpecting<Name extends keyof C & string, Seen, Refusal extends Rejection = never>(
		id: string,
		name: Name,
		command: CommandOf<C[Name]>,
		view: Projection<State, Seen>,
		{
			cause,
			expected,
			guard,
		}: {
			readonly cause: CommitMeta;
			readonly expected?: number | undefined;
			readonly guard?: (state: State) => Refusal | undefined;
		},
	): Promise<Seen | RejectionOf<C[Name]> | Rejection<"PRECONDITION_FAILED"> | NoInfer<Refusal>> {
		const letter = this.command(name, command, view, cause);
		return this.post(id, { ...letter, expected, guard }) as Promise<
			Seen | RejectionOf<C[Name]> | Rejection<"PRECONDITION_FAILED"> | Refusal
		>;
	}

	/** Reads the confirmed state of an aggregate. Undefined if it does not exist. */
	async read<Seen>(id: string, view: Projection<State, Seen>): Promise<Seen | undefined> {
		const seen = await this.post(id, {
			decide: () => [],
			view: (state, version) => (version === 0 ? undefined : { of: view(state, version) }),
			meta: READING,
		});
		return (seen as { of: Seen } | undefined)?.of;
	}

	/** Numbers of waiting messages and of actors in memory, for the metrics. */
	stats(): { readonly living: number; readonly waiting: number } {
		return { living: this.active.size, waiting: this.home.waiting };
	}

	private command(name: keyof C & string, command: unknown, view: Projection<State, unknown>, meta: CommitMeta): Draft<State, Event> {
		const decide = this.home.decider.commands[name]!;
		return { decide: (state) => decide(command as never, state), view, meta };
	}

	private post(id: string, draft: Draft<State, Event>): Promise<unknown> {
		const actor = this.actor(id);
		if (actor.waiting >= this.home.limits.mailbox) {
			this.home.collection.meter?.full();
			return Promise.reject(new Errors.MoleculerRetryableError(`${id} has too many pending commands`, 503, "UNAVAILABLE"));
		}
		return new Promise((reply, fail) => {
			actor.receive({ ...draft, reply, fail });
		});
	}

	private actor(id: string): Actor<State, Event> {
		const actor = this.active.get(id) ?? new Actor(id, this.home);
		this.active.delete(id); // moves it to the end of the map, as the most recently used
		this.active.set(id, actor);
		if (this.active.size > this.home.limits.capacity) this.passivate();
		return actor;
	}

	/** Iterates from the least to the most recently used. The iterator is kept, because a new one would pass over all deleted entries again. */
	private passivate(): void {
		for (let looked = 0; looked < this.active.size; looked++) {
			let next = this.hand.next();
			if (next.done) next = (this.hand = this.active.entries()).next();
			if (next.done) return;
			const [id, { busy }] = next.value;
			if (busy) continue;
			this.active.delete(id);
			return;
		}
	}
}

const READING: CommitMeta = { at: 0, actor: "reader", correlationId: "", causationId: "" };
