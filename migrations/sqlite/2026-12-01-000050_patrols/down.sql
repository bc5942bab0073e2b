DROP TABLE patrols;
