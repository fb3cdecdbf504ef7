import { Errors } from "moleculer";
import type { CommandOf, Commands, Decider, RefusalOf } from "@kernel/decider";
import type { CommitMeta } from "@kernel/envelope";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Collection, Loaded } from "./store/port";

type View<State, Seen> = (state: State, version: number) => Seen;

interface Letter<State, Event> {
	readonly decide: (state: State) => readonly Event[] | Rejection;
	readonly view: View<State, unknown>;
	readonly meta: CommitMeta;
	/** The version that the sender has seen; another is refused with PRECONDITION_FAILED. */
	readonly expected: number | undefined;
	/** Its sender takes the aggregate for one that is not there yet: that is tried before anything is read. */
	readonly isNew: boolean;
	readonly reply: (outcome: unknown) => void;
	readonly fail: (cause: unknown) => void;
}

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
interface Home<State, Event> {
	readonly decider: Decider<State, Event, Commands<State, Event>>;
	readonly collection: Collection<State, Event>;
	/** One process owns the store: what is known needs no confirmation. */
	readonly exclusive: boolean;
	readonly committed: ((id: string, state: State, version: number, events: readonly Event[]) => void) | undefined;
	readonly limits: ActorLimits;
}

/**
 * One aggregate in memory. The commands that wait in its mailbox are decided in a row and committed once.
 *
 * To be the only one of its id is a hope, not a fact: another node may commit too. So every answer, a refusal as well, is confirmed by
 * the version that it rests on; where that has moved, all is loaded and decided again.
 */
class Actor<State, Event> {
	private mailbox: Letter<State, Event>[] = [];
	private known: Loaded<State> | undefined;
	busy = false;

	constructor(
		private readonly id: string,
		private readonly home: Home<State, Event>,
	) {}

	/** As it was known last; nothing while a command is at work on it. */
	peek(): Loaded<State> | undefined {
		return this.known;
	}

	get waiting(): number {
		return this.mailbox.length;
	}

	receive(letter: Letter<State, Event>): void {
		this.mailbox.push(letter);
		if (!this.busy) void this.work();
	}

	private async work(): Promise<void> {
		this.busy = true;
		await Promise.resolve(); // the letters of this turn of the event loop gather
		while (this.mailbox.length > 0) {
			const batch = this.mailbox.splice(0, this.home.limits.batch);
			this.home.collection.meter?.batch(batch.length);
			try {
				const outcomes = await this.answer(batch);
				batch.forEach(({ reply }, index) => reply(outcomes[index]));
			} catch (cause) {
				this.known = undefined;
				for (const { fail } of batch) fail(cause);
			}
		}
		this.busy = false;
	}

	private async answer(batch: readonly Letter<State, Event>[]): Promise<readonly unknown[]> {
		const { decider, collection, exclusive, committed } = this.home;
		for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			// A new id is not loaded: inserting its first commit tells whether it exists. A refusal that rests on the guess is decided again after a load.
			const isGuess = attempt === 0 && this.known === undefined && batch.every(({ isNew }) => isNew);
			const found: Loaded<State> = this.known ??
				(isGuess ? undefined : await collection.load(this.id)) ?? { version: 0, state: decider.initial(this.id) };
			this.known = undefined; // `evolve` changes the state in place: until it is committed, it is nobody's
			const { version } = found;
			const decided = this.decide(batch, found);
			const changed = decided.events.length > 0;
			if (isGuess && !changed) continue;
			const confirmed = changed
				? await collection.commit(this.id, version, decided.events, decided.state, decided.meta)
				: exclusive || (await collection.version(this.id)) === version;
			if (!confirmed) continue;
			const now = changed ? version + 1 : version;
			this.known = { version: now, state: decided.state, ...(found.gone && !changed && { gone: true }) };
			if (changed) committed?.(this.id, decided.state, now, decided.events);
			return decided.outcomes;
		}
		throw new Error(`${this.id}: another writer was first, ${MAX_ATTEMPTS} times in a row`);
	}

	/** The commit takes the name and time of the first letter that changes something: the others of its batch came in the same instant. */
	private decide(batch: readonly Letter<State, Event>[], { version, state: before, gone }: Loaded<State>) {
		const events: Event[] = [];
		const seen = gone ? 0 : version; // nobody has seen the version at which it was removed
		let state = before;
		let meta = batch[0]!.meta;
		const outcomes = batch.map((letter): unknown => {
			const current = events.length > 0 ? version + 1 : seen;
			if (letter.expected !== undefined && (letter.expected !== seen || events.length > 0)) return reject("PRECONDITION_FAILED");
			const outcome = letter.decide(state);
			if (isRejection(outcome)) return outcome;
			if (outcome.length > 0 && events.length === 0) meta = letter.meta;
			state = outcome.reduce(this.home.decider.evolve, state);
			events.push(...outcome);
			return letter.view(state, outcome.length > 0 ? version + 1 : current);
		});
		return { state, events, outcomes, meta };
	}
}

/** All aggregates of one kind that live on this node: each made when it is first addressed, forgotten when others need the room. */
export class Actors<State, Event, C extends Commands<State, Event>> {
	private readonly living = new Map<string, Actor<State, Event>>();
	private hand = this.living.entries();
	private readonly home: Home<State, Event>;

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
			committed: options.committed,
			limits: { ...DEFAULT_LIMITS, ...options.limits },
		};
		collection.meter?.lives(() => this.load());
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
		view: View<State, Seen>,
		meta: CommitMeta,
	): Promise<Seen | RefusalOf<C[Name]>> {
		return this.command(id, name, command, view, meta, undefined) as Promise<Seen | RefusalOf<C[Name]>>;
	}

	/** `send` to one that is most likely not there yet: saves the look whether it is. */
	create<Name extends keyof C & string, Seen>(
		id: string,
		name: Name,
		command: CommandOf<C[Name]>,
		view: View<State, Seen>,
		meta: CommitMeta,
	): Promise<Seen | RefusalOf<C[Name]>> {
		return this.command(id, name, command, view, meta, undefined, true) as Promise<Seen | RefusalOf<C[Name]>>;
	}

	/**
	 * The state that this node holds in memory, loaded where it holds none, and NOT confirmed against the store: another node may have changed the
	 * aggregate since. Only for reads that a command to the same aggregate follows, or that decide nothing. A refusal must rest on `read`.
	 */
	async peek<Seen>(id: string, view: View<State, Seen>): Promise<Seen | undefined> {
		const known = this.living.get(id)?.peek();
		if (known) return known.version === 0 || known.gone ? undefined : view(known.state, known.version);
		return this.read(id, view);
	}

	/** `send`, where the sender may have said which version it has seen (If-Match): another is refused. */
	edit<Name extends keyof C & string, Seen>(
		id: string,
		name: Name,
		command: CommandOf<C[Name]>,
		view: View<State, Seen>,
		{ cause, expected }: { readonly cause: CommitMeta; readonly expected: number | undefined },
	): Promise<Seen | RefusalOf<C[Name]> | Rejection<"PRECONDITION_FAILED">> {
		return this.command(id, name, command, view, cause, expected) as Promise<
			Seen | RefusalOf<C[Name]> | Rejection<"PRECONDITION_FAILED">
		>;
	}

	/** What is known of an aggregate, confirmed as every answer is; undefined where there is none. */
	async read<Seen>(id: string, view: View<State, Seen>): Promise<Seen | undefined> {
		const seen = await this.post(
			id,
			() => [],
			(state, version) => (version === 0 ? undefined : { of: view(state, version) }),
			READING,
			undefined,
		);
		return (seen as { of: Seen } | undefined)?.of;
	}

	/** Letters that wait and aggregates that live, for the metrics. */
	load(): { readonly living: number; readonly waiting: number } {
		let waiting = 0;
		for (const actor of this.living.values()) waiting += actor.waiting;
		return { living: this.living.size, waiting };
	}

	private command(
		id: string,
		name: keyof C & string,
		command: unknown,
		view: View<State, unknown>,
		meta: CommitMeta,
		expected: number | undefined,
		isNew = false,
	) {
		const decide = this.home.decider.commands[name]!;
		return this.post(id, (state) => decide(command as never, state), view, meta, expected, isNew);
	}

	private post(
		id: string,
		decide: Letter<State, Event>["decide"],
		view: View<State, unknown>,
		meta: CommitMeta,
		expected: number | undefined,
		isNew = false,
	): Promise<unknown> {
		const actor = this.actor(id);
		if (actor.waiting >= this.home.limits.mailbox) {
			this.home.collection.meter?.full();
			return Promise.reject(new Errors.MoleculerRetryableError(`${id} has too much to do`, 503, "UNAVAILABLE"));
		}
		return new Promise((reply, fail) => {
			actor.receive({ decide, view, meta, expected, isNew, reply, fail });
		});
	}

	private actor(id: string): Actor<State, Event> {
		const actor = this.living.get(id) ?? new Actor(id, this.home);
		this.living.delete(id); // to the young end of the map
		this.living.set(id, actor);
		if (this.living.size > this.home.limits.capacity) this.passivate();
		return actor;
	}

	/** One hand goes round, from the oldest to the youngest: to begin anew each time would walk over all that was removed before. */
	private passivate(): void {
		for (let looked = 0; looked < this.living.size; looked++) {
			let next = this.hand.next();
			if (next.done) next = (this.hand = this.living.entries()).next();
			if (next.done) return;
			const [id, { busy }] = next.value;
			if (busy) continue;
			this.living.delete(id);
			return;
		}
	}
}

const READING: CommitMeta = { at: 0, actor: "reader", correlationId: "", causationId: "" };
