// A process runs many files of tests, and snowflake-sdk takes the mask of its whole process away when a stage is a folder, as that of the
// double is: folders that later files make would be anybody's to write.
process.umask(0o022);
