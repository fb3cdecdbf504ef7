import fc from "fast-check";
import { mboxName, mboxRecord, RECORD_END } from "./mbox";

const AT = new Date("2026-11-03T23:19:56.789Z");

test("a record starts with sender and time and ends with an empty line", () => {
	expect(mboxRecord("Subject: x\n\nbody\n", "shop@example.com", AT)).toBe(
		"From shop@example.com Tue Nov  3 23:19:56 2026\nSubject: x\n\nbody\n\n",
	);
	expect(mboxName(AT)).toBe("2026-11-03.mbox");
});

test("quotes lines that look like the start of a record, also quoted ones", () => {
	const record = mboxRecord("From: x\n\nFrom here\n>From there\nnot From\nFrom a\nFrom b\n\u2028From c\n", "a@b.c", AT);
	expect(record).toContain("\nFrom: x\n\n>From here\n>>From there\nnot From\n>From a\n>From b\n\u2028From c\n");
});

test("any mail has one start line and can be read back", () => {
	const line = fc.oneof(fc.string(), fc.constantFrom("From ", ">From x", ">>>From y", ""));
	fc.assert(
		fc.property(fc.array(line.map((text) => text.replaceAll("\n", ""))), (lines) => {
			const mail = [...lines, "end"].join("\n");
			const record = mboxRecord(mail, "a@b.c", AT);
			expect(record.match(/(^|\n)From /g)).toHaveLength(1);
			const body = record.slice(record.indexOf("\n") + 1, -RECORD_END.length);
			expect(
				body
					.split("\n")
					.map((text) => text.replace(/^>(>*From )/, "$1"))
					.join("\n"),
			).toBe(mail);
		}),
	);
});
