import { seededRandom } from "../../faults/seeded-random";
import { emptyDisk, type Disk } from "./disk";
import type { Entry } from "./recording";

const CUTS = 300;
const SECTOR = 512;

type Step = Entry extends infer E
	? E extends { readonly thread: number }
		? Omit<E, "thread"> & { readonly thread?: number }
		: never
	: never;

const write = (name: string, text: string, position = 0): Step => ({ kind: "write", name, position, data: Buffer.from(text) });
const create = (name: string): Step => ({ kind: "create", name });
const sync = (name: string): Step[] => [
	{ kind: "syncBegin", name },
	{ kind: "syncEnd", name },
];

const diskAfter = (...steps: readonly Step[]): Disk => {
	const disk = emptyDisk();
	for (const step of steps) disk.apply({ thread: 1, ...step });
	return disk;
};

/** The distinct contents that many power cuts left of one file; undefined: the file was missing. */
const leftOf = (disk: Disk, name: string): Set<string | undefined> => {
	const random = seededRandom("disk");
	return new Set(Array.from({ length: CUTS }, () => disk.afterCut(random).get(name)?.toString().replaceAll("\0", ".")));
};

describe("a disk after a power cut", () => {
	test("has what was synced, and its name", () => {
		expect(leftOf(diskAfter(create("a"), write("a", "one"), ...sync("a")), "a")).toEqual(new Set(["one"]));
	});

	test("may lack what was not synced, and the name of what never was", () => {
		expect(leftOf(diskAfter(create("a"), write("a", "one")), "a")).toEqual(new Set([undefined, "", "...", "one"]));
		expect(leftOf(diskAfter(create("a"), write("a", "one"), ...sync("a"), write("a", "two")), "a")).toEqual(new Set(["one", "two"]));
	});

	test("may lack what was written while the sync ran", () => {
		const [begin, end] = sync("a");
		expect(leftOf(diskAfter(create("a"), write("a", "one"), begin!, write("a", "two"), end!), "a")).toEqual(new Set(["one", "two"]));
	});

	test("keeps the syncs of two threads apart", () => {
		const disk = diskAfter(
			create("a"),
			create("b"),
			{ kind: "syncBegin", name: "a", thread: 1 },
			write("b", "one"),
			{ kind: "syncBegin", name: "b", thread: 2 },
			{ kind: "syncEnd", name: "a", thread: 1 },
		);
		expect(leftOf(disk, "b")).toContain(undefined);
		disk.apply({ kind: "syncEnd", name: "b", thread: 2 });
		expect(leftOf(disk, "b")).toEqual(new Set(["one"]));
	});

	test("may have later sectors without earlier ones, but no write without the earlier ones to its sector", () => {
		const [x, y, z] = ["x", "y", "z"].map((letter) => letter.repeat(SECTOR));
		const disk = diskAfter(create("a"), write("a", x! + x!), ...sync("a"), write("a", y!), write("a", "z", 1), write("a", z!, SECTOR));
		const left = leftOf(disk, "a");
		expect(left).toContain(x! + z!);
		expect(left).toContain(y! + x!);
		expect([...left].some((text) => text!.startsWith("xz"))).toBe(false);
		expect([...left].some((text) => text!.startsWith("yz"))).toBe(true);
	});

	test("may be before or after a truncation", () => {
		const disk = diskAfter(create("a"), write("a", "one"), ...sync("a"), { kind: "truncate", name: "a", size: 1 });
		expect(leftOf(disk, "a")).toEqual(new Set(["one", "o"]));
		expect(disk.now().get("a")!.toString()).toBe("o");
	});

	test("has an old or a new name, and the new one for sure after a sync of the folder", () => {
		const rename: Step = { kind: "rename", name: "m/a.tmp", newName: "m/a" };
		const steps: Step[] = [{ kind: "mkdir", name: "m" }, create("m/a.tmp"), write("m/a.tmp", "one"), ...sync("m/a.tmp"), rename];
		expect(leftOf(diskAfter(...steps), "m/a")).toEqual(new Set([undefined, "one"]));
		expect(leftOf(diskAfter(...steps, ...sync("m")), "m/a")).toEqual(new Set(["one"]));
		expect(leftOf(diskAfter(...steps, ...sync("m")), "m/a.tmp")).toEqual(new Set([undefined]));
	});

	test("keeps the order of changes in one folder", () => {
		const random = seededRandom("order");
		const disk = diskAfter(create("a"), ...sync("a"), { kind: "unlink", name: "a" }, create("b"));
		const left = new Set(Array.from({ length: CUTS }, () => [...disk.afterCut(random).keys()].join()));
		expect(left).toEqual(new Set(["a", "", "b"]));
	});

	test("does not lose a synced file with the name of one that was removed", () => {
		expect(
			leftOf(diskAfter(create("a"), ...sync("a"), { kind: "unlink", name: "a" }, create("a"), write("a", "new"), ...sync("a")), "a"),
		).toEqual(new Set(["new"]));
	});
});
