import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mailCounter } from "./mails";

const mail = (id: string): string => `From: a@b\r\nMessage-ID: <${id}@b>\r\n\r\ntext\r\n`;

describe("mails of a data folder", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "tianguis-mails-"));
	});
	afterEach(() => {
		rmSync(folder, { recursive: true });
	});

	test("are none before there is a folder for them", () => {
		expect(mailCounter(folder)()).toBe(0);
	});

	test("are counted in files of one mail and in files that grow, unfinished ones left out", () => {
		const count = mailCounter(folder);
		mkdirSync(join(folder, "mail", "spool"), { recursive: true });
		writeFileSync(join(folder, "mail", "1.eml"), mail("1"));
		writeFileSync(join(folder, "mail", "2.eml.tmp"), mail("2"));
		const spool = join(folder, "mail", "spool", "today");
		writeFileSync(spool, mail("3"));
		expect(count()).toBe(2);
		appendFileSync(spool, mail("4") + mail("5"));
		expect(count()).toBe(4);
		expect(count()).toBe(4);
		appendFileSync(spool, "From: a@b\r\nMessa");
		expect(count()).toBe(4);
		appendFileSync(spool, "ge-ID: <6@b>\r\n");
		expect(count()).toBe(5);
	});

	test("are counted once where a file gets another name", () => {
		const count = mailCounter(folder);
		mkdirSync(join(folder, "mail"));
		writeFileSync(join(folder, "mail", "1.eml"), mail("1"));
		expect(count()).toBe(1);
		rmSync(join(folder, "mail", "1.eml"));
		writeFileSync(join(folder, "mail", "one.eml"), mail("1"));
		expect(count()).toBe(1);
	});
});
