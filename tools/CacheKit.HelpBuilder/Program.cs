// The entry point arrives with its first page.
return 0;
