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
	/** The version that the sender has seen; another is refused with PRECONDITION_FAILED. */
	readonly expected?: number | undefined;
	/** Why the sender may not do this, if so: decided on the same state as the command, and before everything else. */
	readonly guard?: ((state: State) => Rejection | undefined) | undefined;
	/** The sender expects that the aggregate does not exist: the first commit is tried before anything is read. */
	readonly isNew?: boolean;
	readonly reply: (outcome: unknown) => void;
	readonly fail: (cause: unknown) => void;
}

type Draft<State, Event> = Omit<Message<State, Event>, "reply" | "fail">;

export interface ActorLimits {
	/** Aggregates kept in memory; the ones that were not used for longest make room. */
	readonly capacity: number;
	/** Letters that may wait for one aggregate; one more is refused with UNAVAILABLE. */
	readonly mailbox: number;
	/** Letters that share one commit. 1 where clients see the version as an ETag: each change then has a version of its own. */
	readonly batch: number;
}

const DEFAULT_LIMITS: ActorLimits = { capacity: 10_000, mailbox: 10_000, batch: 256 };
const MAX_ATTEMPTS = 10;

/** What an owner hands to each of its actors. */
interface ActorDeps<State, Event> {
	readonly decider: Decider<State, Event, Commands<State, Event>>;
	readonly collection: Collection<State, Event>;
	/** One process owns the store: what is known needs no confirmation. */
	readonly exclusive: boolean;
	readonly onCommitted: ((id: string, state: State, version: number, events: readonly Event[]) => void) | undefined;
	readonly limits: ActorLimits;
	/** Letters that wait for any of its actors. */
	waiting: number;
}

/**
 * One aggregate in memory. The commands that wait in its mailbox are decided in a row and committed once.
 *
 * To be the only one of its id is a hope, not a fact: another node may commit too. So every answer, a refusal as well, is confirmed by
 * the version that it rests on; where that has moved, all is loaded and decided again.
 */
class Actor<State, Event> {
	private mailbox: Message<State, Event>[] = [];
	private known: Loaded<State> | undefined;
	busy = false;

	constructor(
		private readonly id: string,
		private readonly home: ActorDeps<State, Event>,
	) {}

	/** The last state that this actor has loaded or committed; undefined while a command is being decided, since `evolve` may change it in place. */
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
		await Promise.resolve(); // the letters of this turn of the event loop gather
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
			// Whether a new aggregate exists is learned from its first commit. Nothing else may rest on the assumption that it does not.
			const isAssumed = !known && attempt === 0 && batch.every(({ isNew }) => isNew);
			const found: Loaded<State> = known ??
				(isAssumed ? undefined : await collection.load(this.id)) ?? { version: 0, state: decider.initial(this.id) };
			this.known = undefined; // `evolve` changes the state in place: until it is committed, it is nobody's
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
			const isCurrent = exclusive || !known; // what was loaded after the letters came needs no confirmation
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

	/** The commit takes the name and time of the first letter that changes something: the others of its batch came in the same instant. */
	private decide(batch: readonly Message<State, Event>[], { version, state: before, removed }: Loaded<State>) {
		const events: Event[] = [];
		const seen = removed ? 0 : version; // nobody has seen the version at which it was removed
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

/** All aggregates of one kind that live on this node: each made when it is first addressed, forgotten when others need the room. */
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
			/** Runs in the same turn as the commit is known, before it is answered: to keep a view in memory fresh. It must not throw. */
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
	 * @param view what of the state the sender wants to know, read at the moment of its command; it copies what it takes, for the state goes on changing
	 * @returns that, durable; or the refusal
	 * @throws UNAVAILABLE (retryable) where too many letters wait for this aggregate
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
	 * `send` to an aggregate that most likely does not exist yet: the first commit is tried without a load. Where it exists, or the command refuses
	 * or changes nothing, it is loaded and decided again: the outcome is always that of `send`.
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
	 * The state as this node knows it, loaded where it knows none. Unconfirmed: another node may have changed the aggregate since. Only before a
	 * command to the same aggregate that decides all that matters, or where nothing is decided. No refusal may rest on it: confirm by `read`.
	 *
	 * @param view called at once; it copies what it takes, as that of `send`
	 */
	async peek<Seen>(id: string, view: Projection<State, Seen>): Promise<Seen | undefined> {
		const known = this.active.get(id)?.peek();
		if (known === undefined) return this.read(id, view);
		return known.version === 0 || known.removed ? undefined : view(known.state, known.version);
	}

	/**
	 * `send` under conditions, each decided on the same state as the command.
	 *
	 * @param expected the version that the sender has seen (If-Match); another is refused with PRECONDITION_FAILED
	 * @param guard why the sender may not do this, if so: decided before everything else
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

	/** What is known of an aggregate, confirmed as every answer is; undefined where there is none. */
	async read<Seen>(id: string, view: Projection<State, Seen>): Promise<Seen | undefined> {
		const seen = await this.post(id, {
			decide: () => [],
			view: (state, version) => (version === 0 ? undefined : { of: view(state, version) }),
			meta: READING,
		});
		return (seen as { of: Seen } | undefined)?.of;
	}

	/** Letters that wait and aggregates that live, for the metrics. */
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
		this.active.delete(id); // to the young end of the map
		this.active.set(id, actor);
		if (this.active.size > this.home.limits.capacity) this.passivate();
		return actor;
	}

	/** One hand goes round, from the oldest to the youngest: to begin anew each time would walk over all that was removed before. */
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
