/** pdf.js reads documents here, off the page: what a stranger's file makes it do ends with this worker. */
import "pdfjs-dist/build/pdf.worker.mjs";
