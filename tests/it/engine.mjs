// Reads `[[text, settings], …]` from standard input and prints the Reports of the built page engine.
import { pathToFileURL } from "node:url";

const { check } = await import(pathToFileURL(process.argv[2]));
let input = "";
for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
const reports = [];
for (const [text, settings] of JSON.parse(input)) reports.push(await check(text, settings));
process.stdout.write(JSON.stringify(reports));
