import type { SeededRandom } from "../../faults/seeded-random";

/** The content of a file. It allocates spare capacity, because files grow by many small writes. */
export interface Content {
	readonly length: number;
	resize(length: number): void;
	write(position: number, data: Buffer): void;
	copy(): Content;
	/** A view of the current bytes, which changes with the content. */
	bytes(): Buffer;
}

export const content = (initial: Buffer = Buffer.alloc(0)): Content => {
	let bytes = initial;
	let length = initial.length;
	const resize = (wanted: number): void => {
		if (wanted > bytes.length) bytes = Buffer.concat([bytes.subarray(0, length)], wanted * 2);
		if (wanted < length) bytes.fill(0, wanted, length);
		length = wanted;
	};
	return {
		get length() {
			return length;
		},
		resize,
		write(position, data) {
			if (position + data.length > length) resize(position + data.length);
			data.copy(bytes, position);
		},
		copy: () => content(Buffer.from(bytes.subarray(0, length))),
		bytes: () => bytes.subarray(0, length),
	};
};

/** A change of a file's content that is not known to be durable; `at` is its index in the recording. */
export type Change = { readonly at: number } & ({ readonly position: number; readonly data: Buffer } | { readonly length: number });

export const applyAll = (to: Content, changes: readonly Change[]): Content => {
	for (const change of changes) {
		if ("length" in change) to.resize(change.length);
		else to.write(change.position, change.data);
	}
	return to;
};

const SECTOR_BYTES = 512;

/** Whether the change with this index reached this sector of the disk. */
type Survival = (index: number, sector: number) => boolean;

/**
 * Chooses one of several patterns of loss. Independent loss of sectors hardly ever leaves all ten sectors of a page intact. Other patterns
 * therefore lose whole changes, or runs of changes.
 */
const survival = (count: number, chance: SeededRandom): Survival => {
	const cut = chance.int(0, count);
	const share = chance.pick([0.1, 0.5, 0.9]);
	const survives = Array.from({ length: count }, () => chance.of(share));
	return chance.pick<Survival>([
		() => false,
		() => true,
		(index) => index < cut,
		(index) => index >= cut,
		(index) => survives[index]!,
		() => chance.of(share),
	]);
};

const sectorsOf = (position: number, length: number): number[] => {
	const first = Math.floor(position / SECTOR_BYTES);
	const end = Math.ceil((position + length) / SECTOR_BYTES);
	return Array.from({ length: end - first }, (_, index) => first + index);
};

/**
 * Returns a possible content of a file after a power cut. Each sector has its changes up to some point, and none after it. If the file grew, the
 * new length may be durable without the data; the file then ends in zeros.
 */
export const afterLoss = (durable: Content, pending: readonly Change[], chance: SeededRandom): Content => {
	const left = durable.copy();
	if (pending.length === 0) return left;
	const survives = survival(pending.length, chance);
	const lastOfSector = new Map<number, number>();
	for (const [index, change] of pending.entries()) {
		if ("length" in change) continue;
		for (const sector of sectorsOf(change.position, change.data.length)) if (survives(index, sector)) lastOfSector.set(sector, index);
	}
	for (const [index, change] of pending.entries()) {
		if ("length" in change) {
			if (survives(index, -1)) left.resize(change.length);
			continue;
		}
		const { position, data } = change;
		for (const sector of sectorsOf(position, data.length)) {
			if (index > (lastOfSector.get(sector) ?? -1)) continue;
			const from = Math.max(position, sector * SECTOR_BYTES);
			left.write(from, data.subarray(from - position, (sector + 1) * SECTOR_BYTES - position));
		}
	}
	const fullLength = applyLengths(durable.length, pending);
	if (fullLength > left.length && chance.of(0.5)) left.resize(fullLength);
	return left;
};

const applyLengths = (length: number, changes: readonly Change[]): number =>
	changes.reduce((now, change) => ("length" in change ? change.length : Math.max(now, change.position + change.data.length)), length);
