"""The commands of doorless-lab, one file each."""
